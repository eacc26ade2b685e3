import type { Plan } from '../../engine/graph/plan.ts'
import { checkState } from '../check-state.ts'
import { checkStores } from '../check-stores.ts'
import type { Known } from '../check-topics.ts'
import { checkTopics } from '../check-topics.ts'
import type { Command } from '../command.ts'
import { placeOptions } from '../command.ts'
import type { Deployment } from '../config.ts'
import { loadDeployment } from '../config.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { asHeadraceError, describeFailure, failureRecord } from '../failure.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { planJob } from '../load-job.ts'
import { existingFile } from '../load-module.ts'
import { parameterLines } from '../parameter-text.ts'
import { loadSetJob, parameterOptions } from '../parameters.ts'
import { openPlace, placeName } from '../place/open-place.ts'
import { typeCheck } from '../type-check.ts'

export const check: Command = {
  name: 'check',
  summary: 'find what is wrong with a job before it reads any data',
  operands: ['<job.ts>'],
  options: { ...parameterOptions, ...placeOptions, json: { help: 'print JSON lines, one a check' } },
  notes:
    'Looks at the configuration, the types (with the TypeScript of the job’s project, if it has one), the graph, the ' +
    'topics and their partitions, whether the stored state fits the job, and where its feature views and series are. ' +
    'Changes nothing.',
  examples: ['headrace check jobs/clickstream.ts', 'headrace check my-job.ts --data /var/lib/headrace'],
  run: async (flags, io) => {
    const [file] = flags.operands
    existingFile(file, io.cwd, 'HR_JOB_FILE', 'a job')
    const findings = new Findings(io, flags.on('json'))
    let deployment: Deployment | undefined
    let planned: Plan | undefined
    await findings.add('config', async () => {
      deployment = await loadDeployment(flags, io)
      return [`${deployment.file ?? 'no headrace.config.ts'}, data in ${placeName(deployment)}`]
    })
    await findings.add('types', () => describeTypes(file, io.cwd))
    await findings.add('graph', async () => {
      planned = planJob(await loadSetJob(file, flags, io))
      return [
        `job ${planned.job.name}: ${planned.nodes.size} nodes in ${counted(planned.stages.length, 'stage')}`,
        ...parameterLines(planned),
      ]
    })
    if (deployment !== undefined && planned !== undefined) await lookThere(deployment, planned, findings, io)
    return findings.exitCode
  },
}

/** What can only be seen where the topics are. */
async function lookThere(deployment: Deployment, planned: Plan, findings: Findings, io: Io): Promise<void> {
  let known: Known | undefined
  try {
    await findings.add('topics', async () => {
      known = { deployment, planned, place: await openPlace(deployment, io) }
      return checkTopics(known)
    })
    if (known !== undefined) await findings.add('state', () => checkState(known as Known))
  } finally {
    await known?.place.close()
  }
  if (planned.stages.every(({ storeEnds }) => storeEnds.length === 0)) return
  const tell = (text: string) => io.err.write(`${text}\n`)
  await findings.add('stores', () => checkStores(deployment, planned, tell))
}

/** Prints what each check finds as it comes, and remembers the first fault. */
class Findings {
  exitCode: number = exitCodes.ok
  private readonly io: Io
  private readonly json: boolean

  constructor(io: Io, json: boolean) {
    this.io = io
    this.json = json
  }

  /** The check gives lines that are good to know, and throws what is wrong. */
  async add(name: string, look: () => Promise<readonly string[]> | readonly string[]): Promise<void> {
    try {
      this.tell(name, 'ok', await look())
    } catch (thrown) {
      const error = asHeadraceError(thrown)
      if (this.exitCode === exitCodes.ok) this.exitCode = exitCodeOf(error)
      this.tell(
        name,
        'fault',
        describeFailure(error, this.io.cwd, false).join('\n').split('\n'),
        failureRecord(error),
      )
    }
  }

  private tell(name: string, outcome: 'ok' | 'fault', lines: readonly string[], error?: object): void {
    if (this.json) print(this.io, jsonLine({ type: 'check', name, outcome, lines, ...(error && { error }) }))
    else print(this.io, ...lines.map((line, k) => `${k === 0 ? heading(name, outcome) : indent}${line}`))
  }
}

const indent = ' '.repeat(14)

function heading(name: string, outcome: 'ok' | 'fault'): string {
  return `${outcome === 'ok' ? 'ok' : 'FAULT'}`.padEnd(6) + name.padEnd(8)
}

async function describeTypes(file: string, cwd: string): Promise<string[]> {
  const version = await typeCheck(file, cwd)
  return [
    version === undefined
      ? 'not checked: the project has no TypeScript 5.8 or newer'
      : `TypeScript ${version} has no complaint`,
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
