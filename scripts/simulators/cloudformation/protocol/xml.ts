/** Answers of AWS's Query protocol, written by the service model: what the model does not know cannot be said. */
import type { Action, Shape } from './model.ts';

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export function resultXml(action: Action, shape: Shape, output: object, requestId: string): string {
  // An operation that answers nothing has no result element at all.
  const isUnit = shape.kind === 'structure' && shape.name === 'Unit';
  const result = isUnit ? '' : `<${action}Result>${write(shape, output, action)}</${action}Result>`;
  return `<${action}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

export function errorXml(code: string, message: string, status: number, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeText(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function write(shape: Shape, value: unknown, path: string): string {
  switch (shape.kind) {
    case 'structure':
      return writeMembers(shape, value, path);
    case 'list':
      if (!Array.isArray(value)) break;
      return value.map((item, i) => `<member>${write(shape.member, item, `${path}[${i}]`)}</member>`).join('');
    case 'time':
      if (value instanceof Date) return value.toISOString();
      break;
    default:
      if (typeof value === shape.kind) return escapeText(String(value));
  }
  throw new TypeError(`${path} must be a ${shape.kind}, and is ${JSON.stringify(value)}.`);
}

function writeMembers(shape: Shape & { kind: 'structure' }, value: unknown, path: string): string {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${path} must be a ${shape.name}.`);
  const members = shape.members();
  const given = new Map(Object.entries(value).filter(([, item]) => item !== undefined));
  for (const name of given.keys()) {
    if (!members.has(name)) throw new TypeError(`${path}.${name}: the service model has no such member.`);
  }
  let xml = '';
  for (const [name, member] of members) {
    if (given.has(name)) xml += `<${name}>${write(member.shape, given.get(name), `${path}.${name}`)}</${name}>`;
    else if (member.required) throw new TypeError(`${path}.${name}: the service model requires it.`);
  }
  return xml;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => entities[character] ?? character);
}
