import { createHash } from 'node:crypto'
import { html } from 'ghtml'
import { type Instant, plain, toIso } from '../kernel/index.ts'
import type { Glance } from '../monitors/index.ts'
import { formatPercent } from '../stats/index.ts'
import {
  overallStatus,
  type ShownIncident,
  type StatusPage,
  type Uptimes,
} from '../status-pages/index.ts'

const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; } }
* { box-sizing: border-box; }
body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; overflow-wrap: anywhere; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 0.5rem; }
ul { list-style: none; margin: 0; padding: 0; } p { margin: 0; }
li { border-top: 1px solid var(--line); padding: 0.75rem 0; }
.all { align-items: center; border: 1px solid var(--line); border-radius: 8px; display: flex; font-size: 1.15rem; font-weight: 600; gap: 0.75rem; padding: 1rem; }
.target { align-items: center; display: grid; gap: 0.25rem 0.75rem; grid-template-columns: auto 1fr auto; }
.name { font-weight: 600; } .soft, dt { color: var(--soft); font-size: 0.875rem; }
dl { display: grid; gap: 1.25rem; grid-template-columns: repeat(3, 4.25rem); margin: 0; text-align: right; } dd { font-variant-numeric: tabular-nums; margin: 0; white-space: nowrap; }
.sign { background: #59636e; border-radius: 50%; color: #fff; flex: none; font-weight: 700; height: 1.5rem; line-height: 1.5rem; text-align: center; width: 1.5rem; }
.up { background: #1a7f37; } .degraded { background: #9a6700; } .down { background: #cf222e; } .maintenance { background: #0969da; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: 0.875rem; margin-top: 2.5rem; padding-top: 0.75rem; }
@media (max-width: 34rem) { .target { grid-template-columns: auto 1fr; } dl { grid-column: 2; text-align: left; } }`

/** Nothing but this very style may take effect. */
export const STATUS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** What a page shows. */
export interface Shown {
  readonly monitors: readonly (Glance & Uptimes)[]
  readonly incidents: readonly ShownIncident[]
}

const LONGEST_WORDS = 160
const LONGEST_URL = 300

const STATES = {
  up: ['✓', 'Up'],
  degraded: ['!', 'Degraded'],
  down: ['✕', 'Down'],
  maintenance: ['~', 'In maintenance'],
  paused: ['–', 'Paused'],
  pending: ['?', 'Not looked at yet'],
  unknown: ['?', 'Unknown'],
} as const

/** Colour is never the only signal, and the sign never the only one for those who listen. */
const sign = (status: keyof typeof STATES): string =>
  html`<span class="sign ${status}" aria-hidden="true">${STATES[status][0]}</span>`

const time = (at: Instant): string =>
  html`<time datetime="${toIso(at)}">${toIso(at).slice(0, 16).replace('T', ' ')} UTC</time>`

const TROUBLES = [
  ['down', 'down'],
  ['degraded', 'degraded'],
  ['maintenance', 'in maintenance'],
] as const

/** `All 12 are up`, `1 of 12 is down`: the worst there is, and of how many. */
export function overallSentence(shown: readonly Pick<Glance, 'name' | 'status'>[]): string {
  const total = shown.length
  const [only] = shown
  if (only === undefined) return 'Nothing is shown here yet'
  const count = (status: Glance['status']) => shown.filter((it) => it.status === status).length
  const sayHow = (n: number, word: string) => {
    if (total === 1) return `${plain(only.name, LONGEST_WORDS)} is ${word}`
    if (n === total) return `All ${total} are ${word}`
    return `${n} of ${total} ${n === 1 ? 'is' : 'are'} ${word}`
  }
  for (const [status, word] of TROUBLES) if (count(status) > 0) return sayHow(count(status), word)
  if (count('up') > 0) return sayHow(count('up'), 'up')
  return count('paused') === total ? sayHow(total, 'paused') : 'Nothing was looked at yet'
}

const targetItem = (it: Glance & Uptimes, showUrls: boolean): string =>
  html`<li class="target">
    !${sign(it.status)}
    <div>
      <p class="name">${plain(it.name, LONGEST_WORDS)}</p>
      <p class="soft">
        ${STATES[it.status][1]}!${it.since === null ? '' : ` since ${time(it.since)}`}
      </p>
      !${showUrls ? html`<p class="soft">${plain(it.url, LONGEST_URL)}</p>` : ''}
    </div>
    <dl>
      <div>
        <dt>24 h</dt>
        <dd>${formatPercent(it.uptime24h)}</dd>
      </div>
      <div>
        <dt>7 days</dt>
        <dd>${formatPercent(it.uptime7d)}</dd>
      </div>
      <div>
        <dt>30 days</dt>
        <dd>${formatPercent(it.uptime30d)}</dd>
      </div>
    </dl>
  </li>`

const incidentItem = (it: ShownIncident): string =>
  html`<li>
    <p class="name">${plain(it.name, LONGEST_WORDS)}</p>
    <p class="soft">
      ${it.severity === 'down' ? 'Outage' : 'Warning'}
      !${
        it.resolved_at === null
          ? `since ${time(it.started_at)}`
          : `from ${time(it.started_at)} to ${time(it.resolved_at)}`
      }${it.resolved_at === null && it.acknowledged_at !== null ? '; somebody is on it' : ''}
    </p>
  </li>`

const incidentList = (incidents: readonly ShownIncident[]): string =>
  incidents.length === 0
    ? '<p class="soft">None.</p>'
    : html`<ul>
        !${incidents.map(incidentItem).join('')}
      </ul>`

function incidentSections(incidents: readonly ShownIncident[]): string {
  const open = incidents.filter((it) => it.resolved_at === null)
  const over = incidents.filter((it) => it.resolved_at !== null)
  return html`<section>
      <h2>Open incidents</h2>
      !${incidentList(open)}
    </section>
    <section>
      <h2>Over in the last 7 days</h2>
      !${incidentList(over)}
    </section>`
}

/** `GET /status/{slug}`: one page that needs nothing else. */
export function statusHtml(
  page: Pick<StatusPage, 'title' | 'showUrls' | 'showIncidents'>,
  { monitors, incidents }: Shown,
  madeAt: Instant,
): string {
  const title = plain(page.title, LONGEST_WORDS)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}: ${overallSentence(monitors)}</title>
        !${`<style>${STYLE}</style>`}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="all">
            !${sign(overallStatus(monitors))}
            <span>${overallSentence(monitors)}</span>
          </p>
          <section>
            <h2>Now, and uptime of 24 hours, 7 and 30 days</h2>
            <ul>
              !${monitors.map((it) => targetItem(it, page.showUrls)).join('')}
            </ul>
          </section>
          !${page.showIncidents ? incidentSections(incidents) : ''}
        </main>
        <footer>As of !${time(madeAt)}</footer>
      </body>
    </html>`
}
