import type { ErrorDomain, ErrorEntry } from '../../engine/error-codes/entry.ts'
import { errorCatalog } from '../../engine/error-codes.ts'

const domains: Record<ErrorDomain, string> = {
  job: 'the author of the job',
  config: 'whoever deploys the job',
  data: 'whoever sends the data',
  external: 'the outside system, or whoever runs it',
  internal: 'us: please report it',
}

const introduction = `# Errors

Generated from \`engine/error-codes/\` by \`npm run docs\`.

Every failure carries a code that stays the same between versions, a message, the place where it happened as
far as it is known (job, step, topic, partition, offset, file) and its cause. \`headrace errors <code>\` prints
the entry below. The domain says who can mend it:

${Object.entries(domains)
  .map(([domain, who]) => `- **${domain}**: ${who}`)
  .join('\n')}
`

export function errorsPage(): string {
  return [introduction, ...Object.entries(errorCatalog).map(section)].join('\n')
}

function section([code, { domain, retryable, meaning, advice }]: [string, ErrorEntry]): string {
  const retry = retryable ? 'The same attempt can succeed later.' : 'Trying again changes nothing.'
  return `## ${code}

${meaning}

*Domain: ${domain}. ${retry}*

${advice}
`
}
