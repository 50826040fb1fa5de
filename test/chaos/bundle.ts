/** The pipeline in one file: an experiment starts it dozens of times. */
import { join } from 'node:path'
import { bundlePrograms } from '../harness/programs.ts'

const folder = await bundlePrograms([join(import.meta.dirname, 'pipeline.ts')], {
  conditions: ['source'],
  // Loaded only by the experiments that use them.
  external: ['@platformatic/*', 'pg', 'node-zookeeper-client'],
  banner: {
    js: `import { createRequire as bundledRequire } from 'node:module'\nconst require = bundledRequire(import.meta.url)`,
  },
})

export const pipelineFile = join(folder, 'pipeline.mjs')
