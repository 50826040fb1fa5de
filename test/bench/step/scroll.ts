/** How fluid the panel stays over a batch of a million records: the time of each frame while the table is scrolled without a pause. */
import type { Browser, Page } from 'playwright-core'
import { openPanel } from '../../ui/panel.ts'
import { answerRecords, batchNamed } from '../../ui/recorded.ts'

export const scrolledRecords = 1_000_000

/** @returns ms a frame: by the wheel (a screen every three frames), and dragged over all of the table. */
export async function scrolledFrames(browser: Browser): Promise<{ wheel: number[]; dragged: number[] }> {
  const { page, show } = await openPanel(browser, { view: 'batch', onMessage: answerRecords })
  const base = batchNamed('batch')
  if (!base.batch) throw new Error('the snapshot has no batch')
  await show({ ...base, batch: { ...base.batch, batchId: 'huge', recordCount: scrolledRecords } })
  await page.getByRole('gridcell').first().waitFor()
  const wheel = await frames(page, 300, 100)
  const dragged = await frames(page, 300, Number.NaN)
  await page.context().close()
  return { wheel, dragged }
}

/** @param stepPx scrolled a frame; NaN: from one end of the table to the other in so many frames. */
function frames(page: Page, count: number, stepPx: number): Promise<number[]> {
  return page.evaluate(
    async ([total, step]) => {
      const rows = document.querySelector('.record-rows')
      if (!rows) throw new Error('no table')
      const px = Number.isNaN(step) ? (rows.scrollHeight - rows.clientHeight) / total : step
      rows.scrollTop = 0
      const took: number[] = []
      let last = await new Promise(requestAnimationFrame)
      for (let frame = 0; frame < total; frame++) {
        rows.scrollTop += px
        const now = await new Promise(requestAnimationFrame)
        took.push(now - last)
        last = now
      }
      return took
    },
    [count, stepPx] as const,
  )
}
