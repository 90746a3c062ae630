/** Who is due when: a binary heap; an entry set anew leaves its old place behind, to be passed over. */
export class Agenda<Key> {
  readonly #at = new Map<Key, number>()
  readonly #heap: { readonly at: number; readonly key: Key }[] = []

  set(key: Key, at: number): void {
    if (this.#at.get(key) === at) return
    this.#at.set(key, at)
    this.#push({ at, key })
  }

  delete(key: Key): void {
    this.#at.delete(key)
  }

  get(key: Key): number | undefined {
    return this.#at.get(key)
  }

  /** Undefined when nobody is due ever. */
  nextAt(): number | undefined {
    this.#dropStale()
    return this.#heap[0]?.at
  }

  /** Takes out who is due at `now`, earliest first. */
  takeDue(now: number): { readonly key: Key; readonly at: number }[] {
    const due = []
    for (;;) {
      this.#dropStale()
      const first = this.#heap[0]
      if (first === undefined || first.at > now) return due
      this.#pop()
      this.#at.delete(first.key)
      due.push(first)
    }
  }

  #dropStale(): void {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || this.#at.get(first.key) === first.at) return
      this.#pop()
    }
  }

  #push(entry: { readonly at: number; readonly key: Key }): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(entry)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (heap[parent]!.at <= entry.at) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let child = place * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1
      if (heap[child]!.at >= last.at) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = last
  }
}
