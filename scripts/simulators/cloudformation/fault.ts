/** What CloudFormation answers instead of a result: a code, a sentence, an HTTP status. */
export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.status = status;
  }
}

export const invalid = (message: string) => new Fault('ValidationError', message);

/** The sentence of AWS's front door, which checks members before CloudFormation sees them. */
export const violates = (member: string, value: string | null, constraint: string) =>
  invalid(
    `1 validation error detected: Value ${value === null ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

/** Honest where a real service would go on: what this simulator leaves out is refused, never ignored. */
export const notSimulated = (what: string) =>
  new Fault('NotSimulated', `This is a simulator of CloudFormation, and it does not simulate ${what}.`);
