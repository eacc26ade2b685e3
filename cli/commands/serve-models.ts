import type { Command } from '../command.ts'
import { loadDeployment } from '../config.ts'
import { openModels } from '../models.ts'
import { note, serveOptions, serveUntilStopped } from '../serving.ts'
import { openFeatureStore, storeOptions } from '../stores.ts'

export const serveModels: Command = {
  name: 'serve models',
  summary: 'score with models over HTTP, for services in any language',
  operands: [],
  options: {
    ...serveOptions,
    models: {
      value: 'DIR',
      help: 'the directory of models (HEADRACE_MODELS; default models in the data directory)',
    },
    'batch-wait': {
      value: 'TIME',
      help: 'how long a request waits for others at most, as 2ms (HEADRACE_MODEL_SERVER_BATCH_WAIT; default 2ms)',
    },
    'batch-rows': {
      value: 'N',
      help: 'rows that are scored together at most (default: as many as cost the model least)',
    },
  },
  notes:
    'Scores with the versions that serve, goes over to others as they are promoted, and reads features of Redis where it ' +
    'is configured, else of the data directory. Tokens and what they are good for are under serve.tokens in the ' +
    'configuration: `headrace token new` makes them; without any, it listens on this machine alone. Logs are JSON lines on ' +
    'standard output. Runs until Ctrl-C, which lets what is under way be answered. docs/model-server.md tells more; the ' +
    'API shows itself at /docs.',
  examples: [
    'headrace serve models',
    'headrace serve models --models /srv/models --batch-wait 1ms --port 8471',
  ],
  run: async (flags, io) => {
    const deployment = await loadDeployment(flags, io)
    const notify = (text: string) => note(io, text)
    const { OnnxCatalog } = await import('../../server/models/onnx-catalog.ts')
    const { ServedModels } = await import('../../server/models/served-models.ts')
    const { modelService } = await import('../../server/models/service.ts')
    const store = await openFeatureStore(storeOptions(deployment), notify)
    const models = new ServedModels(new OnnxCatalog(openModels(deployment, notify)), deployment.modelServer)
    try {
      await models.openAll()
      await serveUntilStopped(modelService(models, store), deployment, io)
    } finally {
      await models.close()
      await store.close()
    }
    return undefined
  },
}
