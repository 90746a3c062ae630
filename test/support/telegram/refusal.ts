/** What the Bot API answers when it does not do as asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly parameters: Readonly<Record<string, number>> | undefined

  constructor(status: number, description: string, parameters?: Readonly<Record<string, number>>) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

export const badRequest = (words: string): Refusal => new Refusal(400, `Bad Request: ${words}`)
