import { z } from 'zod'
import type {
  Account,
  ChatLink,
  HeldRole,
  Reason,
  Role,
  RoleGrant,
} from '../../src/accounts/index.ts'
import type { By } from '../../src/audit/index.ts'
import type { Boards } from '../../src/boards/index.ts'
import type { Chance, Clock, Instant, Log } from '../../src/kernel/index.ts'
import { parseInput } from '../../src/kernel/index.ts'
import type { ChangeTools, Looker } from '../../src/monitors/index.ts'
import type { Budget } from '../../src/objectives/index.ts'
import type { Kept, Observed } from '../../src/stats/index.ts'
import type { AccountDb, Db, Sealer } from '../../src/storage/index.ts'
import type { Ask, Choice, CommandCard } from './desk.ts'
import type { LineOption } from './line.ts'
import type { Reply } from './reply.ts'

const SAYS = {
  groups: {
    see: 'See',
    watch: 'Watch',
    look: 'Look now',
    quiet: 'Quiet',
    trouble: 'Trouble',
    here: 'Here',
  },
} as const

/** What the desk works with. */
export interface DeskDeps {
  readonly db: Db
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly sealer: Sealer
  readonly looker: Looker
  /** Who keeps boards; nobody in a shell. */
  readonly boards?: Pick<Boards, 'keepNow' | 'wake'>
  /** Why a literal host may not be watched. */
  readonly refusal: (host: string) => string | undefined
}

/** One ask, before anybody's rights are known. */
export interface OpenCall extends Ask {
  readonly deps: DeskDeps
  readonly now: Instant
  readonly lastDay: Kept<Observed>
  /** Of every monitor that has one. */
  readonly budgets: Kept<readonly Budget[]>
}

/** Who asks, as the guard found him: the place's account and his role in it. */
export interface Member {
  readonly account: Account
  readonly role: HeldRole
  readonly reason: Reason
  /** Null in a shell, which is tied to nothing: who runs the machine owns the account. */
  readonly link: ChatLink | null
  readonly grants: readonly RoleGrant[]
}

/** One ask by somebody who may. */
export interface Call extends OpenCall, Member {
  readonly db: AccountDb
  readonly by: By
  readonly tools: ChangeTools
}

/** A pressed button's numbers; `extra` is whatever the command wrote there. */
export interface Pressed {
  readonly id: number
  readonly extra: string
}

export type Given = Readonly<Record<string, string>>

/** Help shows commands in these groups, one line each. */
export const GROUPS = SAYS.groups

interface Common {
  readonly card: CommandCard
  readonly group: keyof typeof GROUPS
  readonly options: readonly LineOption[]
  /** One of a group: whether a line means it that leaves its second word out. */
  readonly isMeant?: (given: Given) => boolean
}

/** A command anybody may give anywhere. */
export interface OpenCommand extends Common {
  readonly role: null
  run(call: OpenCall, given: Given): Promise<Reply>
}

/** A command of a linked place, for people with a role. */
export interface AccountCommand extends Common {
  readonly role: Role
  /** "Pausing", as refusals name it. */
  readonly doing: string
  run(call: Call, given: Given): Promise<Reply>
  /** Its buttons by action, under the same role as itself. */
  readonly presses: Readonly<Record<string, (call: Call, pressed: Pressed) => Promise<Reply>>>
  /** Its buttons that ask for something first, with a form. */
  readonly forms: Readonly<Record<string, (call: Call, pressed: Pressed) => Promise<Reply>>>
  /** Choices of its `monitor` options where they are not simply the monitors. */
  readonly complete?: (call: Call, typed: string) => Promise<readonly Choice[]>
}

export type Command = OpenCommand | AccountCommand

type Shape = Readonly<Record<string, z.ZodType>>
type Options<S extends Shape> = z.output<z.ZodObject<S>>

interface Definition<S extends Shape> {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly group: keyof typeof GROUPS
  readonly options: readonly LineOption[]
  readonly schema: S
  readonly slow?: boolean
  readonly audience?: CommandCard['audience']
  readonly isMeant?: Common['isMeant']
}

function common<S extends Shape>(of: Definition<S>): Common {
  return {
    group: of.group,
    options: of.options,
    ...(of.isMeant === undefined ? {} : { isMeant: of.isMeant }),
    card: {
      name: of.name,
      summary: of.summary,
      example: of.example,
      options: of.options.map(
        ({ like: _like, pair: _pair, insists: _insists, single: _single, ...option }) => option,
      ),
      slow: of.slow ?? false,
      audience: of.audience ?? 'all',
    },
  }
}

const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u

// Platforms hand over empty strings for fields that were left alone; what nobody can see is no more.
const filled = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => VISIBLE.test(value)))

/** @throws InvalidInput from `run` when options break their rules */
export function accountCommand<S extends Shape>(
  of: Definition<S> & {
    readonly role: Role
    readonly doing: string
    readonly run: (call: Call, options: Options<S>) => Promise<Reply>
    readonly presses?: AccountCommand['presses']
    readonly forms?: AccountCommand['forms']
    readonly complete?: (call: Call, typed: string) => Promise<readonly Choice[]>
  },
): AccountCommand {
  const schema = z.strictObject(of.schema)
  return {
    ...common(of),
    role: of.role,
    doing: of.doing,
    presses: of.presses ?? {},
    forms: of.forms ?? {},
    ...(of.complete === undefined ? {} : { complete: of.complete }),
    run: async (call, given) => of.run(call, parseInput(schema, filled(given))),
  }
}

/** @throws InvalidInput from `run` when options break their rules */
export function openCommand<S extends Shape>(
  of: Definition<S> & {
    readonly run: (call: OpenCall, options: Options<S>) => Promise<Reply>
  },
): OpenCommand {
  const schema = z.strictObject(of.schema)
  return {
    ...common(of),
    role: null,
    run: async (call, given) => of.run(call, parseInput(schema, filled(given))),
  }
}
