export interface Network {
  readonly placeholder?: never
}
