/** The overview in a browser, fed with what the monitor has read of the cluster: the panel's own thread for each update. */
import { openCluster } from '@tidemark/runtime/monitor'
import type { OverviewSentences } from '../../../client/src/panels/overviewSentences.ts'
import { overviewSnapshot } from '../../../client/src/panels/overviewSnapshot.ts'
import { launchBrowser } from '../../harness/browser.ts'
import { openPanel } from '../../ui/panel.ts'
import { median, report } from './report.ts'

const updatesMeasured = 7
const word = (text: string | number): string => String(text)
/** The host's words do not matter here, only that there are some. */
const words: OverviewSentences = {
  told: String,
  groupState: String,
  coordinatorSilent: String,
  connected: () => 'connected',
  status: word,
  type: word,
  claims: word,
  inferred: word,
  members: word,
  offsetsIn: word,
  age: word,
  event: ({ kind }) => kind,
  topicShape: ({ topic }) => topic,
  internal: () => 'internal',
  troubled: word,
}

export async function measurePanel(brokers: readonly string[], groupId: string): Promise<void> {
  const monitor = await openCluster({ brokers: [brokers[0] as string] })
  const browser = await launchBrowser()
  try {
    const panel = await openPanel(browser, { view: 'overview' })
    const drawn: number[] = []
    const made: number[] = []
    let sizeBytes = 0
    for (let i = 0; i <= updatesMeasured; i++) {
      const read = await monitor.refresh({ groups: 'all', details: [groupId] })
      const startedMs = performance.now()
      const snapshot = overviewSnapshot(read, {
        cluster: 'bench',
        isReadOnly: false,
        isPaused: false,
        choice: { group: groupId },
        unread: [],
        hasPipeline: () => false,
        guarantees: () => [],
        words,
      })
      made.push(performance.now() - startedMs)
      sizeBytes = JSON.stringify(snapshot).length
      drawn.push(await panel.show(snapshot))
    }
    const [first = 0, ...updates] = drawn
    report(
      'panel: update of all groups and topics',
      0,
      median(updates),
      `of its thread; first ${first.toFixed(1)} ms, median ${median(updates).toFixed(1)} ms, worst ${Math.max(...updates).toFixed(1)} ms`,
    )
    console.log(
      `  one message of ${Math.round(sizeBytes / 1024)} KB, made by the host in ${median(made).toFixed(1)} ms`,
    )
  } finally {
    await browser.close()
    await monitor.close()
  }
}
