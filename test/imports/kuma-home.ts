import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { MINUTE, toIso } from '../../src/kernel/index.ts'

type Fields = Readonly<Record<string, unknown>>

// As Uptime Kuma 1.23 has them, once all its patches are in.
const VERSION_1 = `
create table monitor (
  id integer primary key autoincrement, name varchar(150), active boolean not null default 1,
  user_id integer, interval integer not null default 20, url text, type varchar(20),
  weight integer default 2000, hostname varchar(255), port integer,
  created_date datetime not null default (datetime('now')), keyword varchar(255),
  maxretries integer not null default 0, ignore_tls boolean not null default 0,
  upside_down boolean not null default 0, maxredirects integer not null default 10,
  accepted_statuscodes_json text not null default '["200-299"]', dns_resolve_type varchar(5),
  dns_resolve_server varchar(255), dns_last_result varchar(255),
  retry_interval integer not null default 0, push_token varchar(20), method text not null default 'GET',
  body text, headers text, basic_auth_user text, basic_auth_pass text, docker_host integer,
  docker_container varchar(255), proxy_id integer, expiry_notification boolean default 1,
  mqtt_topic text, mqtt_success_message varchar(255), mqtt_username varchar(255),
  mqtt_password varchar(255), database_connection_string varchar(2000), database_query text,
  auth_method varchar(250), auth_domain text, auth_workstation text, grpc_url varchar(255),
  grpc_protobuf text, grpc_body text, grpc_metadata text, grpc_method text, grpc_service_name text,
  grpc_enable_tls boolean not null default 0, radius_username varchar(255),
  radius_password varchar(255), radius_calling_station_id varchar(50),
  radius_called_station_id varchar(50), radius_secret varchar(255),
  resend_interval integer not null default 0, packet_size integer not null default 56,
  game varchar(255), http_body_encoding varchar(25), description text, tls_ca text, tls_cert text,
  tls_key text, parent integer references monitor (id), invert_keyword boolean not null default 0,
  json_path text, expected_value varchar(255), kafka_producer_topic varchar(255),
  oauth_client_id text, oauth_client_secret text, timeout double not null default 0
);
create table heartbeat (
  id integer primary key autoincrement, important boolean not null default 0,
  monitor_id integer not null references monitor (id) on delete cascade, status smallint not null,
  msg text, time datetime not null, ping integer, duration integer not null default 0,
  down_count integer not null default 0
);
create index monitor_time_index on heartbeat (monitor_id, time);
create table tag (
  id integer primary key autoincrement, name varchar(255) not null, color varchar(255) not null,
  created_date datetime not null default (datetime('now'))
);
create table monitor_tag (
  id integer primary key autoincrement, monitor_id integer not null, tag_id integer not null, value text
);
create table notification (
  id integer primary key autoincrement, name varchar(255), config text, active boolean not null default 1,
  user_id integer not null, is_default boolean not null default 0
);
create table status_page (
  id integer primary key autoincrement, slug varchar(255) not null, title varchar(255) not null,
  icon varchar(255) not null, theme varchar(30) not null
);
create table setting (
  id integer primary key autoincrement, key varchar(200) not null unique, value text, type varchar(20)
);
insert into setting (key, value) values ('database_version', '10');
`

const counted = (name: string) => `
create table ${name} (
  id integer primary key autoincrement, monitor_id integer not null, timestamp integer not null,
  ping float not null, up smallint not null, down smallint not null,
  ping_min float not null default 0, ping_max float not null default 0, extras text,
  unique (monitor_id, timestamp)
);`

// What version 2 adds, of what we read.
const VERSION_2 = `
alter table monitor add column json_path_operator text;
alter table monitor add column conditions text not null default '[]';
alter table monitor add column ip_family text;
alter table monitor add column ping_count integer not null default 1;
alter table monitor add column ping_per_request_timeout integer not null default 2;
alter table heartbeat add column end_time datetime;
alter table heartbeat add column retries integer not null default 0;
${counted('stat_minutely')}${counted('stat_hourly')}${counted('stat_daily')}
create table knex_migrations (id integer primary key, name varchar(255), batch integer, migration_time datetime);
`

const MARKS: Readonly<Record<string, number>> = { x: 0, '.': 1, '?': 2, m: 3 }

/** As Uptime Kuma writes it: UTC, without saying so. */
export const kumaTime = (at: number): string => toIso(at).replace('T', ' ').replace('Z', '')

/** An Uptime Kuma in a folder of its own. */
export class KumaHome implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'uptalk-kuma-'))
  readonly file = path.join(this.folder, 'kuma.db')
  readonly db: Sqlite.Database

  constructor(version: 1 | 2) {
    this.db = new Sqlite(this.file)
    this.db.pragma('journal_mode = wal')
    this.db.exec(VERSION_1)
    if (version === 2) this.db.exec(VERSION_2)
  }

  #insert(table: string, fields: Fields): number {
    const names = Object.keys(fields)
    const marks = names.map(() => '?').join(', ')
    const { lastInsertRowid } = this.db
      .prepare(`insert into ${table} (${names.join(', ')}) values (${marks})`)
      .run(...Object.values(fields))
    return Number(lastInsertRowid)
  }

  monitor(fields: Fields = {}): number {
    return this.#insert('monitor', {
      name: 'shop',
      type: 'http',
      url: 'https://shop.example/',
      interval: 60,
      ...fields,
    })
  }

  tag(monitorId: number, name: string, value = ''): void {
    const id = this.#insert('tag', { name, color: '#fff' })
    this.#insert('monitor_tag', { monitor_id: monitorId, tag_id: id, value })
  }

  notification(): void {
    this.#insert('notification', { name: 'mail', user_id: 1, config: '{}' })
  }

  beat(monitorId: number, fields: Fields): void {
    this.#insert('heartbeat', { monitor_id: monitorId, ping: null, msg: '', ...fields })
  }

  /**
   * A minute a mark after `from`: `.` well in 100 ms, `x` failed, `?` tried again, `m` in
   * maintenance, a blank nothing.
   */
  draw(monitorId: number, from: number, picture: string): void {
    this.db.transaction(() => {
      for (const [minute, mark] of picture.split('').entries())
        if (mark !== ' ')
          this.beat(monitorId, {
            status: MARKS[mark],
            time: kumaTime(from + (minute + 1) * MINUTE),
            ...(mark === '.' ? { ping: 100, msg: '200 - OK' } : {}),
            ...(mark === 'x' ? { msg: 'Request failed with status code 503' } : {}),
          })
    })()
  }

  figures(table: 'stat_hourly' | 'stat_daily', monitorId: number, at: number, it: Fields): void {
    this.#insert(table, { monitor_id: monitorId, timestamp: at / 1000, ...it })
  }

  [Symbol.dispose](): void {
    this.db.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
