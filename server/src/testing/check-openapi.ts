/** Whether a document is OpenAPI 3.1 as far as its structure goes: what generators of clients trip over. */

type Json = Readonly<Record<string, unknown>>;

/** @returns what is wrong, each with its place; empty for a sound document. */
export function checkOpenapi(document: Json): string[] {
  const problems: string[] = [];
  if (!/^3\.1\.\d+$/.test(String(document['openapi']))) problems.push('openapi: not 3.1');
  const info = asObject(document['info']);
  for (const field of ['title', 'version'])
    if (typeof info[field] !== 'string' || info[field] === '') problems.push(`info.${field}: missing`);
  const schemes = Object.keys(asObject(asObject(document['components'])['securitySchemes']));
  const names = new Set<unknown>();
  for (const [path, item] of Object.entries(asObject(document['paths']))) {
    if (!path.startsWith('/') || /[:*]/.test(path)) problems.push(`${path}: not a path of OpenAPI`);
    for (const [method, operation] of Object.entries(asObject(item))) {
      const place = `${method} ${path}`;
      problems.push(...checkOperation(path, asObject(operation), schemes).map((text) => `${place}: ${text}`));
      const name = asObject(operation)['operationId'];
      if (names.has(name)) problems.push(`${place}: operationId ${String(name)} twice`);
      names.add(name);
    }
  }
  for (const reference of listReferences(document))
    if (resolve(document, reference) === undefined) problems.push(`${reference}: leads nowhere`);
  return problems;
}

function checkOperation(path: string, operation: Json, schemes: readonly string[]): string[] {
  const problems: string[] = [];
  if (typeof operation['operationId'] !== 'string') problems.push('no operationId');
  if (!Array.isArray(operation['tags']) || operation['tags'].length === 0) problems.push('no tags');
  const responses = Object.entries(asObject(operation['responses']));
  if (responses.length === 0) problems.push('no responses');
  for (const [status, response] of responses) {
    const { $ref: reference, description } = asObject(response);
    if (!/^([1-5]\d\d|default)$/.test(status)) problems.push(`response ${status} is no status`);
    if (reference === undefined && typeof description !== 'string')
      problems.push(`response ${status} without description`);
  }
  const parameters = asList(operation['parameters']).map(asObject);
  for (const parameter of parameters) {
    const { name, in: place, schema, required } = parameter;
    if (typeof name !== 'string' || !['path', 'query', 'header', 'cookie'].includes(String(place)))
      problems.push(`parameter ${String(name)} without name or place`);
    if (typeof schema !== 'object') problems.push(`parameter ${String(name)} without schema`);
    if (place === 'path' && required !== true) problems.push(`path parameter ${String(name)} not required`);
  }
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const declared = parameters.filter((parameter) => parameter['in'] === 'path').map(({ name }) => name);
  if (inPath.length !== declared.length || inPath.some((name) => !declared.includes(name)))
    problems.push('path parameters differ from the path');
  const body = operation['requestBody'];
  if (body !== undefined && Object.keys(asObject(asObject(body)['content'])).length === 0)
    problems.push('requestBody without content');
  for (const way of asList(operation['security']).flatMap((item) => Object.keys(asObject(item))))
    if (!schemes.includes(way)) problems.push(`security ${way} is not declared`);
  return problems;
}

function listReferences(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(listReferences);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, item]) =>
    field === '$ref' && typeof item === 'string' ? [item] : listReferences(item),
  );
}

/** A JSON pointer (RFC 6901) within the document. */
function resolve(document: Json, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  let value: unknown = document;
  for (const part of reference.slice(2).split('/'))
    value = asObject(value)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return value;
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
