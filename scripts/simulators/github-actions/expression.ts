/**
 * Expressions of workflow files, as far as ours use them: what is unknown here throws, for a simulation that guesses
 * proves nothing. https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */
import { call, UnknownExpression } from './functions.ts';

export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

/** What an expression can see: contexts by name, and how the steps or jobs before it have ended. */
export interface Scope {
  readonly contexts: { readonly [name: string]: Value };
  readonly status: { readonly success: boolean; readonly failure: boolean; readonly cancelled: boolean };
}

/** @param text with or without `${{ }}` around it, as `if` takes both */
export function evaluate(text: string, scope: Scope): Value {
  const inner = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(text)?.[1] ?? text;
  const parser = new Parser(tokensOf(inner), scope, inner);
  return parser.whole();
}

/** Every `${{ }}` in a text, replaced; a text that is one expression keeps its type. */
export function interpolate(text: Value, scope: Scope): Value {
  if (typeof text !== 'string') return text;
  const only = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text)?.[1];
  if (only !== undefined) return evaluate(only, scope);
  return text.replace(/\$\{\{((?:(?!\}\}).)*)\}\}/gs, (_, inner: string) => asText(evaluate(inner, scope)));
}

/** A condition without a word on how things went means: only if they went well. */
export function holds(condition: string | boolean | undefined, scope: Scope): boolean {
  if (typeof condition === 'boolean') return condition && scope.status.success;
  if (condition === undefined) return scope.status.success;
  const asked = /\b(success|failure|cancelled|always)\s*\(/.test(condition.replace(/'(?:[^']|'')*'/g, ''));
  return (asked || scope.status.success) && isTrue(evaluate(condition, scope));
}

export function asText(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isTrue(value: Value): boolean {
  return !(value === null || value === false || value === 0 || value === '' || Number.isNaN(value));
}

type Token = { readonly kind: 'word' | 'text' | 'number' | 'sign'; readonly text: string };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /\s+|(?<text>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w-]*)|(?<sign>&&|\|\||==|!=|<=|>=|[()[\].,!<>*])/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) throw new UnknownExpression(`"${text}" is not understood from "${text.slice(at)}" on`);
    for (const kind of ['text', 'number', 'word', 'sign'] as const) {
      const matched = found.groups?.[kind];
      if (matched !== undefined) tokens.push({ kind, text: matched });
    }
  }
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  readonly #scope: Scope;
  readonly #source: string;
  /** How many operands deep the parser is in what GitHub does not evaluate any more: it is read, and calls nothing. */
  #unevaluated = 0;
  constructor(tokens: Token[], scope: Scope, source: string) {
    this.#tokens = tokens;
    this.#scope = scope;
    this.#source = source;
  }

  whole(): Value {
    const value = this.#or();
    if (this.#tokens.length > 0) throw this.#unexpected();
    return value;
  }

  #or(): Value {
    let left = this.#and();
    while (this.#take('||')) {
      const right = this.#operand(!isTrue(left), () => this.#and());
      left = isTrue(left) ? left : right;
    }
    return left;
  }

  #and(): Value {
    let left = this.#equality();
    while (this.#take('&&')) {
      const right = this.#operand(isTrue(left), () => this.#equality());
      left = isTrue(left) ? right : left;
    }
    return left;
  }

  #operand(isEvaluated: boolean, read: () => Value): Value {
    if (!isEvaluated) this.#unevaluated += 1;
    const value = read();
    if (!isEvaluated) this.#unevaluated -= 1;
    return value;
  }

  #equality(): Value {
    let left = this.#unary();
    for (;;) {
      if (this.#take('==')) left = isEqual(left, this.#unary());
      else if (this.#take('!=')) left = !isEqual(left, this.#unary());
      else return left;
    }
  }

  #unary(): Value {
    return this.#take('!') ? !isTrue(this.#unary()) : this.#member();
  }

  #member(): Value {
    let value = this.#primary();
    for (;;) {
      if (this.#take('.')) {
        if (this.#take('*')) value = Object.values(objectOf(value));
        else {
          const name = this.#word();
          value = Array.isArray(value)
            ? value.map((each: Value) => propertyOf(each, name)).filter((each) => each !== null)
            : propertyOf(value, name);
        }
      } else if (this.#take('[')) {
        const key = asText(this.#or());
        this.#expect(']');
        value = propertyOf(value, key);
      } else return value;
    }
  }

  #primary(): Value {
    const token = this.#tokens.shift();
    if (!token) throw this.#unexpected();
    if (token.kind === 'text') return token.text.slice(1, -1).replaceAll("''", "'");
    if (token.kind === 'number') return Number(token.text);
    if (token.text === '(') {
      const value = this.#or();
      this.#expect(')');
      return value;
    }
    if (token.kind !== 'word') throw this.#unexpected(token);
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    if (token.text === 'null') return null;
    if (this.#take('(')) {
      const given = this.#arguments();
      return this.#unevaluated > 0 ? null : call(token.text, given, this.#scope);
    }
    const context = this.#scope.contexts[token.text];
    if (context === undefined) throw new UnknownExpression(`there is no context "${token.text}" in "${this.#source}"`);
    return context;
  }

  #arguments(): Value[] {
    const values: Value[] = [];
    while (!this.#take(')')) {
      if (values.length > 0) this.#expect(',');
      values.push(this.#or());
    }
    return values;
  }

  #word(): string {
    const token = this.#tokens.shift();
    if (token?.kind !== 'word') throw this.#unexpected(token);
    return token.text;
  }

  #take(sign: string): boolean {
    if (this.#tokens[0]?.kind !== 'sign' || this.#tokens[0].text !== sign) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected();
  }

  #unexpected(token = this.#tokens[0]): UnknownExpression {
    return new UnknownExpression(`"${this.#source}" is not understood at "${token?.text ?? 'its end'}"`);
  }
}

function objectOf(value: Value): { readonly [name: string]: Value } {
  return value !== null && typeof value === 'object' ? (value as { readonly [name: string]: Value }) : {};
}

/** What is not there is null, as on GitHub; an object that knows all its names says so by throwing (see contexts.ts). */
function propertyOf(value: Value, name: string): Value {
  return objectOf(value)[name] ?? null;
}

/** Loosely: words without regard to case, and across types as numbers. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right && left !== null && right !== null) return left === right;
  if (left === null && right === null) return true;
  return asNumber(left) === asNumber(right);
}

function asNumber(value: Value): number {
  if (value === null || value === '') return 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}
