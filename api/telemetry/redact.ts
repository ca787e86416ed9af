/** Takes out of log lines what never belongs in one: who somebody is, where they live, and what lets them in. */
import { isIP } from 'node:net';

const hidden = '[redacted]';

/** Fields whose values are hidden whole, wherever they are. */
const hiddenField =
  /pass(word|wd)|secret|token|authori[sz]ation|cookie|credential|api_?key$|signature|e_?mail|phone|street|address|zip|postal|(first|last)_?name/i;

/** What is hidden inside any text. */
const patterns: readonly RegExp[] = [
  // user:password@ of a URL
  /(?<=:\/\/)[^/\s:@]+:[^/\s@]+(?=@)/g,
  /[\p{L}\p{N}_.+%'!#$&*-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu,
  /(?<=\b(?:password|passwd|secret|token)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
  // our keys, cookies and tokens; links that verify
  /\bcoalition_[\w-]{20,}/g,
  /\b[\w-]{20,}\.[\w-]{40,}(\.[\w-]+)?\b/g,
  /(?<=verify[\w-]*\/)[0-9a-f-]{36}/gi,
  /(?<=\b(?:bearer|basic) )[\w.~+/=-]+/gi,
  // AWS: access keys, and what signs a URL
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<=X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"]+/gi,
  // 12 Mill Lane; 4501 N. Charles St
  /\b\d{1,6} (?:[NSEW]\.? )?(?:[A-Z][\w'.-]* ){1,4}(?:St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Blvd|Boulevard|Ct|Court|Way|Pl|Place|Ter|Terrace|Cir|Circle|Hwy|Highway|Pkwy|Parkway)\b\.?/gi,
];

/** A time has colons too, so whatever looks like an address is asked whether it is one. */
const maybeIp = /(?<![\w.:])[0-9a-f:.]{3,45}(?![\w:])/gi;

/** @returns a copy; what cannot be in JSON is left to whoever writes it */
export function redact(value: unknown, field = ''): unknown {
  if (value === null || value === undefined) return value;
  if (hiddenField.test(field)) return hidden;
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((each) => redact(each, field));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redact(inner, name)]));
  }
  return value;
}

export function redactText(text: string): string {
  const without = patterns.reduce((rest, pattern) => rest.replace(pattern, hidden), text);
  return without.replace(maybeIp, (word) => (isIP(word.replace(/\.$/, '')) ? hidden : word));
}
