import type { HeadraceError } from '../engine/errors.ts'
import type { Command } from './command.ts'
import { audit } from './commands/audit.ts'
import { check } from './commands/check.ts'
import { checkpointSave } from './commands/checkpoint-save.ts'
import { demo } from './commands/demo.ts'
import { diff } from './commands/diff.ts'
import { errors } from './commands/errors.ts'
import { featuresDrop } from './commands/features-drop.ts'
import { featuresExport } from './commands/features-export.ts'
import { featuresGet } from './commands/features-get.ts'
import { featuresList } from './commands/features-list.ts'
import { featuresPromote } from './commands/features-promote.ts'
import { featuresShow } from './commands/features-show.ts'
import { goldenCheck } from './commands/golden-check.ts'
import { goldenUpdate } from './commands/golden-update.ts'
import { graph } from './commands/graph.ts'
import { hashLoad } from './commands/hash-load.ts'
import { lag } from './commands/lag.ts'
import { logAppend } from './commands/log-append.ts'
import { logCat } from './commands/log-cat.ts'
import { modelsCheck } from './commands/models-check.ts'
import { modelsList } from './commands/models-list.ts'
import { modelsPromote } from './commands/models-promote.ts'
import { modelsShadow } from './commands/models-shadow.ts'
import { modelsShow } from './commands/models-show.ts'
import { record } from './commands/record.ts'
import { referenceCapture } from './commands/reference-capture.ts'
import { referenceShow } from './commands/reference-show.ts'
import { replay } from './commands/replay.ts'
import { reset } from './commands/reset.ts'
import { run } from './commands/run.ts'
import { seriesList } from './commands/series-list.ts'
import { seriesQuery } from './commands/series-query.ts'
import { serveFeatures } from './commands/serve-features.ts'
import { serveModels } from './commands/serve-models.ts'
import { stateList } from './commands/state-list.ts'
import { stateShow } from './commands/state-show.ts'
import { sweep } from './commands/sweep.ts'
import { tokenNew } from './commands/token-new.ts'
import { logList, topics } from './commands/topics.ts'
import { why } from './commands/why.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { asHeadraceError, describeFailure, failureRecord } from './failure.ts'
import { Flags, usageError } from './flags.ts'
import { helpOf, overview } from './help.ts'
import type { Io } from './io.ts'
import { jsonLine, print } from './io.ts'
import { ownVersion } from './version.ts'
import { wrapLine } from './wrap.ts'

export const commands: readonly Command[] = [
  run,
  graph,
  check,
  topics,
  lag,
  reset,
  logList,
  logCat,
  logAppend,
  record,
  checkpointSave,
  replay,
  sweep,
  diff,
  why,
  audit,
  goldenUpdate,
  goldenCheck,
  stateList,
  stateShow,
  featuresList,
  featuresShow,
  featuresGet,
  featuresPromote,
  featuresDrop,
  featuresExport,
  hashLoad,
  modelsList,
  modelsShow,
  modelsCheck,
  modelsPromote,
  modelsShadow,
  seriesList,
  seriesQuery,
  referenceCapture,
  referenceShow,
  serveFeatures,
  serveModels,
  tokenNew,
  errors,
  demo,
]

/** Runs one command line; gives the exit code. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (error) {
    return report(asHeadraceError(error), args, io)
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first, second] = args
  if (first === '--version' || first === 'version') {
    print(io, ownVersion())
    return exitCodes.ok
  }
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`)
  if (command === undefined) return help(args, io)
  const flags = Flags.parse(command, args.slice(command.name.split(' ').length))
  if (flags.on('help')) {
    print(io, ...helpOf(command))
    return exitCodes.ok
  }
  return (await command.run(flags, io)) ?? exitCodes.ok
}

/** For `headrace`, `headrace --help`, `headrace help run`, `headrace log` and what is no command at all. */
async function help(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args
  if (first === 'help' && rest.length > 0) return dispatch([...rest, '--help'], io)
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length > 0 && (rest[0] === undefined || rest[0] === '--help' || rest[0] === '-h')) {
    for (const [index, command] of group.entries()) print(io, ...(index > 0 ? [''] : []), ...helpOf(command))
    return exitCodes.ok
  }
  if (first === undefined || ['help', '--help', '-h'].includes(first)) {
    print(io, ...overview(commands, ownVersion()))
    return first === undefined ? exitCodes.usage : exitCodes.ok
  }
  const known = (group.length > 0 ? group : commands).map(({ name }) => name)
  const asked = group.length > 0 ? `${first} ${rest[0]}` : first
  throw usageError(`there is no command "${asked}"; there are ${known.join(', ')}`)
}

function report(error: HeadraceError, args: readonly string[], io: Io): number {
  if (args.includes('--json')) print(io, jsonLine(failureRecord(error)))
  const width = io.err.isTTY ? (io.err.columns ?? 80) : Number.POSITIVE_INFINITY
  for (const line of describeFailure(error, io.cwd, args.includes('--verbose'))) {
    io.err.write(`${wrapLine(line, width, 2).join('\n')}\n`)
  }
  return exitCodeOf(error)
}
