import fc from 'fast-check'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import { makeSchema } from '../../engine/batch/schema.ts'

type Text = fc.Arbitrary<string>

const names = ['a', 'ts', 'user', 'a long name', 'quote"d', 'naïve', 'constructor', 'toString']
const colours = ['red', 'green', 'dark blue', 'gr"ün']

const scalar: fc.Arbitrary<Field> = fc.oneof(
  fc
    .constantFrom(
      ...(['boolean', 'int', 'long', 'bigint', 'float', 'double', 'string', 'bytes', 'timestamp'] as const),
    )
    .map((kind): Field => ({ kind, nullable: false })),
  fc.constant<Field>({ kind: 'enum', nullable: false, name: 'Colour', values: colours }),
  fc.constant<Field>({ kind: 'decimal', nullable: false, precision: 9, scale: 3 }),
  fc.constant<Field>({ kind: 'vector', nullable: false, size: 3 }),
  fc.constantFrom<Field>(
    { kind: 'string', nullable: false, default: 'none' },
    { kind: 'bigint', nullable: false, default: 2n ** 60n + 1n },
    { kind: 'bytes', nullable: false, default: Uint8Array.of(1, 2) },
    { kind: 'vector', nullable: false, size: 2, default: Float32Array.of(0.5, 2) },
  ),
)

const { field } = fc.letrec<{ field: Field; nested: Field }>(tie => ({
  field: fc
    .tuple(fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 1, arbitrary: tie('nested') }), fc.boolean())
    .map(([one, nullable]) => ({ ...one, nullable })),
  nested: fc.oneof(
    { maxDepth: 2 },
    scalar.map((item): Field => ({ kind: 'array', nullable: false, item })),
    tie('field').map((item): Field => ({ kind: 'array', nullable: false, item })),
    fc.array(tie('field'), { maxLength: 3 }).map(fields => makeSchema('Nested', named(fields))),
  ),
}))

export const anySchema: fc.Arbitrary<Schema> = fc
  .array(field, { maxLength: 6 })
  .map(fields => makeSchema('Row', named(fields)))

function named(fields: readonly Field[]): Record<string, Field> {
  return Object.fromEntries(fields.map((each, k) => [names[k], each]))
}

/** Text of a value, mostly one that fits the field. */
export function valueText(of: Field): Text {
  const arbitraries = [
    { weight: 80, arbitrary: fitting(of) },
    { weight: of.nullable ? 4 : 1, arbitrary: fc.constant('null') },
    { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('NaN', '01', '1.', '.5', '+1', '-', '1e', '"\\x"', '"\t"', 'nul', ''),
    },
  ]
  return fc.oneof(...arbitraries)
}

const space = fc.oneof(
  { weight: 9, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '\n', '\t', '\r', ' \n '),
)

const digits = (max: number): Text =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map(list => list.join(''))

const sign = fc.constantFrom('', '', '-')
const whole = digits(19).map(text => text.replace(/^0+(?=\d)/, ''))

/** Any number of JSON's grammar. */
export const numberText: Text = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => JSON.stringify(value)),
  fc.double({ min: 0, max: 100, noNaN: true }).map(value => JSON.stringify(value)),
  fc.integer().map(String),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1e400',
    '5e-324',
    '2.2250738585072011e-308',
    '9007199254740993',
    '0.1e1',
    '1E+2',
  ),
  fc.tuple(sign, whole).map(parts => parts.join('')),
  fc.tuple(sign, whole, fc.constant('.'), digits(25)).map(parts => parts.join('')),
  fc
    .tuple(
      sign,
      whole,
      fc.constantFrom('', '.5', '.25'),
      fc.constantFrom('e', 'E'),
      fc.constantFrom('', '+', '-'),
      digits(3),
    )
    .map(parts => parts.join('')),
)

const edges = [
  '2147483647',
  '-2147483648',
  '2147483648',
  '1.0',
  '1e3',
  '-0',
  '9007199254740991',
  '-9007199254740992',
]
const edges64 = [
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '92233720368547758.07e2',
]

const integerText: Text = fc.oneof(
  { weight: 4, arbitrary: fc.integer().map(String) },
  { weight: 4, arbitrary: fc.maxSafeInteger().map(String) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  fc.constantFrom(...edges, ...edges64),
  numberText,
)

/** A string with none, some or all of its characters escaped. */
const stringText: Text = fc.oneof(
  fc.string().map(value => JSON.stringify(value)),
  fc.string({ unit: 'binary' }).map(value => JSON.stringify(value)),
  fc.string({ unit: 'binary', maxLength: 6 }).map(value => `"${[...value].map(escapedUnits).join('')}"`),
  fc.constantFrom(
    '""',
    '"\\/"',
    '"\\ud800"',
    '"\\udc00x"',
    '"\\ud83d\\ude00"',
    '"\\uD83Dx"',
    '"\\b\\f\\n\\r\\t"',
  ),
)

function escapedUnits(character: string): string {
  return character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

function fitting(of: Field): Text {
  switch (of.kind) {
    case 'boolean':
      return fc.constantFrom('true', 'false')
    case 'int':
      return fc.oneof({ weight: 9, arbitrary: fc.integer().map(String) }, integerText)
    case 'long':
    case 'timestamp':
    case 'bigint':
      return integerText
    case 'string':
      return stringText
    case 'bytes':
      return fc.oneof(
        fc.uint8Array().map(value => `"${Buffer.from(value).toString('base64')}"`),
        fc.constantFrom('"Y Q=="', '"YQ"', '"YR=="', '"\\u0059Q=="', '"*"'),
      )
    case 'enum':
      return fc.oneof(
        fc.constantFrom(...of.values!).map(value => JSON.stringify(value)),
        fc.constant('"\\u0072ed"'),
      )
    case 'decimal':
      return fc
        .tuple(
          fc.integer({ min: -2_000_000, max: 2_000_000 }),
          fc.constantFrom('', '.5', '.25', '.1250', '.12345', '.0'),
        )
        .chain(([value, fraction]) => fc.constantFrom(`${value}${fraction}`, `"${value}${fraction}"`))
    case 'vector':
      return fc.oneof(listText(numberText, of.size!, of.size!), listText(numberText, 0, 4))
    case 'array':
      return listText(valueText(of.item!), 0, 4)
    case 'record':
      return recordText(of)
    default:
      return numberText
  }
}

function listText(item: Text, minLength: number, maxLength: number): Text {
  return fc
    .tuple(fc.array(item, { minLength, maxLength }), space)
    .map(([items, gap]) => `[${gap}${items.join(`,${gap}`)}]`)
}

/** A record: mostly set as writers do, sometimes in another order, with fields left out, doubled, unknown. */
export function recordText(of: Field): Text {
  const members = Object.entries(of.fields!).map(([name, inner]) =>
    member(fc.constant(JSON.stringify(name)), valueText(inner)),
  )
  const regular = (gap: string) =>
    fc
      .tuple(...members.map(each => each.map(parts => parts.join(`:${gap}`))))
      .map(all => `{${all.join(`,${gap}`)}}`)
  const unknown = member(stringText, fc.json({ maxDepth: 3 }))
  const irregular = fc
    .tuple(fc.tuple(...members), fc.array(unknown, { maxLength: 2 }), fc.nat(), fc.nat(6))
    .chain(([known, extra, from, without]) => {
      const all = [...known.filter((_, k) => k !== without), ...extra]
      const cut = all.length === 0 ? 0 : from % all.length
      const turned = [...all.slice(cut), ...all.slice(0, cut), ...all.slice(0, from % 3)]
      return fc.tuple(
        ...turned.map(parts => fc.tuple(space, space).map(([a, b]) => `${a}${parts.join(`${b}:${a}`)}${b}`)),
      )
    })
    .map(parts => `{${parts.join(',')}}`)
  return fc.oneof({ weight: 4, arbitrary: regular('') }, { weight: 1, arbitrary: regular(' ') }, irregular)
}

function member(name: Text, value: Text): fc.Arbitrary<string[]> {
  return fc.tuple(name, value).map(([key, text]) => [key, text])
}
