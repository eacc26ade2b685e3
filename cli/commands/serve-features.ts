import { HeadraceError } from '../../engine/errors.ts'
import type { OnDemand } from '../../features/index.ts'
import type { Command } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { loadDefault } from '../load-module.ts'
import { note, serveOptions, serveUntilStopped } from '../serving.ts'
import { openFeatureStore, storeOptions } from '../stores.ts'

export const serveFeatures: Command = {
  name: 'serve features',
  summary: 'serve the feature views over HTTP, for services in any language',
  operands: ['[on-demand.ts]'],
  options: serveOptions,
  notes:
    'Of Redis where it is configured, else of the data directory. Features that are computed when they are read come ' +
    'from a file whose default export is an array of them. Tokens and what they are good for are under serve.tokens ' +
    'in the configuration: `headrace token new` makes them; without any, it listens on this machine alone. Logs are ' +
    'JSON lines on standard output. Runs until Ctrl-C, which lets what is under way be answered. docs/feature-server.md ' +
    'tells more; the API shows itself at /docs.',
  examples: ['headrace serve features', 'headrace serve features on-demand.ts --host 0.0.0.0 --port 8470'],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const onDemand = await loadOnDemand(flags.operands[0], io.cwd)
    const store = await openFeatureStore(storeOptions(deployment), text => note(io, text))
    try {
      const { featureService } = await import('../../server/features/service.ts')
      await serveUntilStopped(featureService(store, onDemand), deployment, io)
    } finally {
      await store.close()
    }
    return undefined
  },
}

async function loadOnDemand(file: string | undefined, cwd: string): Promise<readonly OnDemand[]> {
  if (file === undefined) return []
  const given = await loadDefault(file, cwd, 'HR_CONFIG_INVALID', 'an array of features on demand')
  if (Array.isArray(given) && given.every(isOnDemand)) return given
  const message = 'its default export has to be an array of what onDemand() gives'
  throw new HeadraceError('HR_CONFIG_INVALID', message, { file })
}

function isOnDemand(value: unknown): value is OnDemand {
  return typeof value === 'object' && value !== null && 'compute' in value && 'needs' in value
}
