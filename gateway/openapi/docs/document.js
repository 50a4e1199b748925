// The OpenAPI document as the page needs it: references followed, members, types and samples of schemas, the list of operations. Touches no
// element. Used by docs.js and trial.js.

export let spec = {};

export async function load() {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  spec = await response.json();
}

const unescaped = (key) => key.replaceAll('~1', '/').replaceAll('~0', '~');
const at = (ref) =>
  ref
    .slice(2)
    .split('/')
    .reduce((node, key) => node[unescaped(key)], spec);

/** What a reference points to is known by its last part. */
export const nameOf = (node) => node.$ref?.split('/').pop();

/** Without its reference; what stands beside it wins. */
export function resolve(node = {}) {
  if (!node.$ref) return node;
  const { $ref, ...beside } = node;
  return { ...resolve(at($ref)), ...beside };
}

/** The members of an object: [{ name, schema, required }]. */
export function membersOf(given) {
  const schema = resolve(given);
  const required = new Set(schema.required);
  const found = new Map();
  for (const each of (schema.allOf ?? []).flatMap(membersOf)) found.set(each.name, each);
  for (const [name, each] of Object.entries(schema.properties ?? {})) found.set(name, { name, schema: each, required: required.has(name) });
  if (typeof schema.additionalProperties === 'object') found.set('*', { name: '*', schema: schema.additionalProperties });
  return [...found.values()];
}

/** The objects that a value is or holds: itself, an array's items, alternatives, what stands in a text as JSON. */
export function objectsIn(given) {
  if (membersOf(given).length) return [given];
  const schema = resolve(given);
  return [schema.items, schema.contentSchema, ...(schema.anyOf ?? [])].filter(Boolean).flatMap(objectsIn);
}

function boundsOf(least, most) {
  if (least === undefined && most === undefined) return '';
  return most === undefined ? ` ≥ ${least}` : ` ${least ?? 0}…${most}`;
}

/** For people, such as "integer 1…200". */
export function typeOf(given) {
  const schema = resolve(given);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.items) return `array of ${typeOf(schema.items)}`;
  if (schema.contentSchema) return `JSON of ${objectsIn(given).map(nameOf).join(' | ')}`;
  if (membersOf(given).length) return nameOf(given) ?? 'object';
  const kind = [schema.type ?? 'any'].flat().join(' | ');
  const form = schema.format && schema.format !== 'int32' ? ` ${schema.format}` : '';
  const [least, most] = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength];
  // The greatest int64 is no number of JavaScript, and says nothing that the format does not.
  return kind + form + boundsOf(least, Number.isSafeInteger(most) ? most : undefined);
}

/** A value that fits. */
export function sample(given) {
  const schema = resolve(given);
  if (schema.examples) return schema.examples[0];
  for (const key of ['const', 'default']) if (key in schema) return schema[key];
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return sample(schema.anyOf[0]);
  if (schema.items) return [sample(schema.items)];
  if (membersOf(given).length) return Object.fromEntries(membersOf(given).map((each) => [each.name, sample(each.schema)]));
  return { integer: schema.minimum ?? 0, number: 0, boolean: true, string: 'text' }[[schema.type].flat()[0]] ?? null;
}

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** Of a body or an answer: [{ title, text }], at least one. */
export function examplesOf(media) {
  if ('example' in media) return [{ title: '', text: asText(media.example) }];
  const named = Object.entries(media.examples ?? {}).map(([name, each]) => {
    const { summary = name, value } = resolve(each);
    return { title: summary, text: asText(value) };
  });
  return named.length ? named : [{ title: '', text: asText(sample(media.schema)) }];
}

const verbs = ['get', 'post', 'put', 'patch', 'delete'];

function operation(path, item, method) {
  const it = item[method];
  const all = [...(it.parameters ?? []), ...(item.parameters ?? [])].map(resolve);
  // What stands in the path first; the headers that every operation takes are last as they are.
  const parameters = [...all.filter((each) => each.in === 'path'), ...all.filter((each) => each.in !== 'path')];
  const text = [method, path, it.operationId, it.summary, it.description, ...it.tags, ...all.map((each) => each.name)]
    .join(' ')
    .toLowerCase();
  return { ...it, path, method, parameters, text, body: it.requestBody && resolve(it.requestBody) };
}

/** Every operation, in the order of the document. `text` is what a search looks into. */
export const operations = () =>
  Object.entries(spec.paths).flatMap(([path, item]) =>
    verbs.filter((method) => item[method]).map((method) => operation(path, item, method)),
  );
