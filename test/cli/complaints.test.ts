import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortComplaints } from '../../cli/complaints.ts'

test('of a long chain of types the reason is left', () => {
  const printed = [
    "job.ts(1,2): error TS2345: Argument of type 'A' is not assignable to parameter of type 'B'.",
    "  Type 'Batch<A>' is not assignable to type 'Batch<B>'.",
    `    Property 'spend' is missing in type 'import("/x/y").A' but required in type 'B'.`,
    "job.ts(3,4): error TS2345: Argument of type 'A' is not assignable to parameter of type 'B'.",
    "  Types of property 'spend' are incompatible.",
    "    Type 'string' is not assignable to type 'number'.",
  ]
  assert.equal(
    shortComplaints(printed.join('\n')),
    "job.ts(1,2): error TS2345: Property 'spend' is missing in type 'A' but required in type 'B'.\n" +
      "job.ts(3,4): error TS2345: Types of property 'spend' are incompatible. Type 'string' is not assignable to type 'number'.",
  )
})

test('what is short stays', () => {
  const printed =
    "job.ts(1,2): error TS2339: Property 'kid' does not exist on type 'Row'.\n  Did you mean 'kind'?"
  assert.equal(shortComplaints(printed), printed)
})
