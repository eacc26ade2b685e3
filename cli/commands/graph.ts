import type { Command } from '../command.ts'
import { dataOptions } from '../command.ts'
import { graphMermaid } from '../graph-mermaid.ts'
import { graphText } from '../graph-text.ts'
import { print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'

export const graph: Command = {
  name: 'graph',
  summary: "draw a job's graph: stages, steps, topics and the columns between them",
  operands: ['<job.ts>'],
  options: {
    format: { value: 'text|mermaid', help: 'how to draw it (default text)' },
    ...parameterOptions,
    config: dataOptions.config,
  },
  examples: [
    'headrace graph jobs/clickstream.ts',
    'headrace graph jobs/clickstream.ts --format mermaid > graph.mmd',
  ],
  run: async (flags, io) => {
    const format = flags.oneOf('format', ['text', 'mermaid']) ?? 'text'
    const planned = planJob(await loadSetJob(flags.operands[0], flags, io))
    print(io, ...(format === 'text' ? graphText(planned) : graphMermaid(planned)))
    return undefined
  },
}
