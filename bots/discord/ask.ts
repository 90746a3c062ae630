import {
  type AutocompleteInteraction,
  type BaseInteraction,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
  GuildMember,
  PermissionFlagsBits,
  type User,
} from 'discord.js'
import type { Actor, Ask, Named, Place } from '../commands/index.ts'

/** What the interaction itself says of who asks: no member cache, no privileged intent. */
function standingOf(interaction: BaseInteraction): Actor['standing'] {
  if (interaction.guildId === null) return 'creator'
  if (interaction.guild?.ownerId === interaction.user.id) return 'creator'
  // Administrator passes for every permission.
  const manages = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) === true
  return manages ? 'administrator' : 'member'
}

// A member of a server we hold in memory is discord.js's, any other as the platform sent it.
function displayNameOf(member: CommandInteractionOption['member'], user: User): string {
  const nick = member instanceof GuildMember ? member.nickname : member?.nick
  return nick ?? user.displayName
}

function roleIdsOf({ member }: BaseInteraction): readonly string[] {
  if (member instanceof GuildMember) return [...member.roles.cache.keys()]
  return member?.roles ?? []
}

const NEEDED = {
  ViewChannel: 'View Channel',
  SendMessages: 'Send Messages',
  SendMessagesInThreads: 'Send Messages in Threads',
  EmbedLinks: 'Embed Links',
  AttachFiles: 'Attach Files',
} as const

/** What an alert would need and the bot may not do here; an interaction is answered all the same. */
function lacksOf({ guildId, appPermissions, channel }: BaseInteraction): Pick<Place, 'lacks'> {
  // None at all: the server did not say.
  if (guildId === null || appPermissions.bitfield === 0n) return {}
  const other = channel?.isThread() === true ? 'SendMessages' : 'SendMessagesInThreads'
  const needed = (Object.keys(NEEDED) as (keyof typeof NEEDED)[]).filter((it) => it !== other)
  const lacks = needed.filter((it) => !appPermissions.has(it)).map((it) => NEEDED[it])
  return lacks.length === 0 ? {} : { lacks }
}

export function askOf(interaction: BaseInteraction): Ask {
  const { guildId, user, channelId } = interaction
  const displayName = displayNameOf(interaction.member, user)
  return {
    actor: {
      userId: user.id,
      displayName,
      standing: standingOf(interaction),
      roleIds: roleIdsOf(interaction),
    },
    place: {
      platform: 'discord',
      serverId: guildId ?? `dm-${user.id}`,
      channelId: channelId ?? '',
      threadId: null,
      isPrivate: guildId === null,
      title: guildId === null ? displayName : (interaction.guild?.name ?? guildId),
      ...lacksOf(interaction),
    },
  }
}

/** The card's name: one word, or group and word. */
export function commandOf(
  interaction: ChatInputCommandInteraction | AutocompleteInteraction,
): string {
  const group = interaction.options.getSubcommandGroup(false)
  const word = interaction.options.getSubcommand(false) ?? 'help'
  return group === null ? word : `${group} ${word}`
}

/** Options as texts, as if typed. */
export function givenOf(options: readonly CommandInteractionOption[]): Record<string, string> {
  const leaves = options.flatMap((option): [string, string][] =>
    option.options === undefined
      ? option.value === undefined
        ? []
        : [[option.name, String(option.value)]]
      : Object.entries(givenOf(option.options)),
  )
  return Object.fromEntries(leaves)
}

/** People and roles among the options; their names come with the interaction. */
export function namedIn(options: readonly CommandInteractionOption[]): Named[] {
  return options.flatMap(({ role, user, member, value, options: inner }): Named[] => {
    const word = String(value)
    if (role != null) return [{ kind: 'role', id: role.id, displayName: role.name, word }]
    if (user != null)
      return [{ kind: 'person', id: user.id, displayName: displayNameOf(member, user), word }]
    return namedIn(inner ?? [])
  })
}
