import { expect, test } from 'vitest'
import { Life } from './life.ts'

// Each example in minutes, with its sum. A look speaks for the time since the one before; the first
// one, and the first after a gap, for nothing. An outage begins with its first failure.

interface Example {
  readonly what: string
  /** How the numbers come about. */
  readonly because: string
  readonly is?: object
  readonly lives: (life: Life) => Promise<void>
  /** From, to; observed, down. */
  readonly shows: readonly (readonly [number, number, number, number])[]
}

const EXAMPLES: readonly Example[] = [
  {
    what: 'a pause in the middle of an outage',
    because:
      'seen 1–14 and 20–30: 13 + 10; down from the failure at 11 to the last look before the pause: 3',
    lives: async (life) => {
      await life.looks(1, '..........xxxx')
      await life.at(14.5)
      await life.pause()
      await life.at(20)
      await life.resume()
      await life.looks(20, '...........')
    },
    shows: [[0, 60, 23, 3]],
  },
  {
    what: 'a pause over the border of an hour',
    because: 'seen 50–55 in one hour and 65–70 in the next',
    lives: async (life) => {
      await life.looks(50, '......')
      await life.at(55.5)
      await life.pause()
      await life.at(65)
      await life.resume()
      await life.looks(65, '......')
    },
    shows: [
      [0, 60, 5, 0],
      [60, 120, 5, 0],
      [0, 120, 10, 0],
    ],
  },
  {
    what: 'maintenance within an outage',
    because: 'seen 1–35 without 15–25: 34 − 10; down 11–15 and 25–30: 4 + 5',
    lives: async (life) => {
      await life.looks(1, '..........xxxx')
      await life.at(14.5)
      await life.maintain(15, 25)
      await life.looks(15, 'xxxxxxxxxxxxxxx......')
    },
    shows: [[0, 60, 24, 9]],
  },
  {
    what: 'an outage that begins in maintenance and outlasts it',
    because:
      'seen 1–30 without 10–20: 29 − 10; down from the end of the window to the recovery at 25',
    lives: async (life) => {
      await life.looks(1, '.........')
      await life.at(9.5)
      await life.maintain(10, 20)
      await life.looks(10, '..xxxxxxxxxxxxx......')
    },
    shows: [[0, 60, 19, 5]],
  },
  {
    what: 'maintenance over midnight, at odd seconds',
    because: 'seen 1430–1435.5 of one day and 1444.5–1450 of the next',
    lives: async (life) => {
      await life.looks(1430, '......')
      await life.at(1435.2)
      await life.maintain(1435.5, 1444.5)
      await life.looks(1436, '...............')
    },
    shows: [
      [0, 1440, 5.5, 0],
      [1440, 2880, 5.5, 0],
    ],
  },
  {
    what: 'blindness over the border of an hour, within an outage',
    because: 'seen 50–55 and 64–71: the looks from 56 to 64 saw nothing; down 52–55 and 64–69',
    lives: (life) => life.looks(50, '..xxxx?????????xxxx...'),
    shows: [
      [0, 60, 5, 3],
      [60, 120, 7, 5],
    ],
  },
  {
    what: 'the process off for three hours, within an outage',
    because: 'seen 1–14 and 195–205: 13 + 10; down 10–14 and 195–200: 4 + 5',
    lives: async (life) => {
      await life.looks(1, '.........xxxxx')
      await life.house.stop()
      await life.at(194.5)
      life.house.start()
      await life.looks(195, 'xxxxx......')
    },
    shows: [
      [0, 60, 13, 4],
      [60, 180, 0, 0],
      [0, 240, 23, 9],
    ],
  },
  {
    what: 'an outage that ends while the process is off, over midnight',
    because: 'down 1430–1435; the next day saw nothing but good: 10 minutes',
    lives: async (life) => {
      await life.looks(1425, '.....xxxxxx')
      await life.house.stop()
      await life.at(1600)
      life.house.start()
      await life.looks(1600, '...........')
    },
    shows: [
      [0, 1440, 10, 5],
      [1440, 2880, 10, 0],
    ],
  },
  {
    what: 'the process off between two looks',
    because: 'no look was missed, so 10–15 is seen as ever',
    is: { intervalSeconds: 300 },
    lives: async (life) => {
      await life.looks(0, '...', 5)
      await life.house.stop()
      await life.at(14)
      life.house.start()
      await life.looks(15, '..', 5)
    },
    shows: [[0, 60, 20, 0]],
  },
  {
    what: 'the process off for one look',
    because: 'the look at 15 was missed: nobody knows of 10–20',
    is: { intervalSeconds: 300 },
    lives: async (life) => {
      await life.looks(0, '...', 5)
      await life.house.stop()
      await life.at(19)
      life.house.start()
      await life.looks(20, '..', 5)
    },
    shows: [[0, 60, 15, 0]],
  },
  {
    what: 'the process off for one look, where a look may take longer than the interval',
    because: 'the look at 3 was missed: nobody knows of 2–4',
    is: { timeoutSeconds: 60 },
    lives: async (life) => {
      await life.looks(0, '...')
      await life.house.stop()
      await life.at(3.8)
      life.house.start()
      await life.looks(4, '...')
    },
    shows: [[0, 60, 4, 0]],
  },
  {
    what: 'an outage over the border of an hour, and of a UTC day',
    because: 'down 1430–1450: ten minutes before midnight and ten after',
    lives: (life) => life.looks(1425, `.....${'x'.repeat(20)}......`),
    shows: [
      [1380, 1440, 15, 10],
      [1440, 1500, 15, 10],
      [0, 1440, 15, 10],
      [1440, 2880, 15, 10],
      [1435, 1445, 10, 10],
    ],
  },
  {
    what: 'an interval that is made longer, then shorter',
    because: 'each look speaks for the time since the one before: 5 + 30, then 1 + 1 + 1',
    lives: async (life) => {
      await life.looks(0, '......')
      await life.edit({ intervalSeconds: 600 })
      await life.looks(15, '...', 10)
      await life.at(35.5)
      await life.edit({ intervalSeconds: 60 })
      await life.looks(36, '...')
    },
    shows: [[0, 60, 38, 0]],
  },
  {
    what: 'looks asked for in between',
    because: 'they cut the time finer and add none: down from the one that failed first',
    lives: async (life) => {
      await life.looks(0, '....')
      await life.looks(3.5, 'x')
      await life.looks(4, 'x')
      await life.looks(4.25, '.')
      await life.looks(5, '.')
    },
    shows: [[0, 60, 5, 0.75]],
  },
  {
    what: 'a look once a day',
    because: 'down from the look at 10:00 of the third day to that of the fourth: 14 h and 10 h',
    is: { intervalSeconds: 86_400, policy: { confirmations: 1 } },
    lives: (life) => life.looks(600, '..x..', 1440),
    shows: [
      [0, 1440, 840, 0],
      [1440, 2880, 1440, 0],
      [2880, 4320, 1440, 840],
      [4320, 5760, 1440, 600],
      [5760, 7200, 600, 0],
      [2890, 4340, 1450, 860],
    ],
  },
  {
    what: 'a look once a day, and maintenance in between',
    because: 'of the day from look to look the window of two hours is left out',
    is: { intervalSeconds: 86_400 },
    lives: async (life) => {
      await life.looks(600, '.')
      await life.maintain(900, 1020)
      await life.looks(2040, '.')
    },
    shows: [[0, 2880, 1320, 0]],
  },
]

test.each(EXAMPLES.map((it) => [it.what, it.because, it] as const))(
  '%s: %s',
  async (_, __, { is = {}, lives, shows }) => {
    await using life = await Life.begin(is)
    life.house.start()
    await lives(life)
    const showsAll = async () => {
      for (const [from, to, ...wanted] of shows) {
        const shown = await life.minutes(from, to)
        const everywhere = Object.keys(shown).map((figure) => [figure, wanted])
        expect(shown).toEqual(Object.fromEntries(everywhere))
      }
    }
    await showsAll()
    await life.pack()
    await showsAll()
  },
)
