/**
 * CPU and memory as Lambda gives them to a function of a size, by the control groups of this machine: version 1 where
 * its controllers are mounted, else version 2. Either takes a user who may write there, which in practice is root.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const megabytesOfOneCpu = 1769;
const periodUs = 20_000;

export interface Limits {
  /** Processors, such as 0.29; undefined where this machine does not let us limit them. */
  readonly cpus: number | undefined;
  readonly memoryMB: number | undefined;
  /** What is not limited, and why; empty where everything is. */
  readonly missing: readonly string[];
  /** Written around a command, it joins the groups before the command starts. */
  wrap(command: readonly string[]): readonly string[];
  remove(): void;
}

export const unlimited: Limits = {
  cpus: undefined,
  memoryMB: undefined,
  missing: [],
  wrap: (command) => command,
  remove: () => {},
};

let count = 0;

/** @param memoryMB as a function's MemorySize */
export function limitsOf(memoryMB: number): Limits {
  const name = `coalition-lambda-${process.pid}-${++count}`;
  const cpus = memoryMB / megabytesOfOneCpu;
  const quotaUs = Math.round(cpus * periodUs);
  const bytes = memoryMB * 1024 * 1024;
  const cpu =
    group('/sys/fs/cgroup/cpu', name, { 'cpu.cfs_period_us': periodUs, 'cpu.cfs_quota_us': quotaUs }) ??
    group('/sys/fs/cgroup', name, { 'cpu.max': `${quotaUs} ${periodUs}` });
  const memory =
    group(ownGroup('memory'), name, { 'memory.limit_in_bytes': bytes }) ??
    group('/sys/fs/cgroup', name, { 'memory.max': bytes });
  const groups = [...new Set([cpu, memory].filter((folder) => folder !== undefined))];
  const why = 'no control group of it can be written here';
  return {
    cpus: cpu === undefined ? undefined : cpus,
    memoryMB: memory === undefined ? undefined : memoryMB,
    missing: [...(cpu ? [] : [`CPU: ${why}`]), ...(memory ? [] : [`memory: ${why}`])],
    wrap: (command) =>
      groups.length === 0
        ? command
        : [
            'sh',
            '-c',
            `${groups.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ')} && exec "$@"`,
            'sh',
            ...command,
          ],
    remove() {
      for (const folder of groups) {
        try {
          rmdirSync(folder);
        } catch {
          // A process of it may still be ending; an empty group costs nothing.
        }
      }
    },
  };
}

/** A limit above that of the group that we are in would be none. */
function ownGroup(controller: string): string {
  const mounted = `/sys/fs/cgroup/${controller}`;
  try {
    const own = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(
      readFileSync('/proc/self/cgroup', 'utf8'),
    )?.[1];
    return own && existsSync(join(mounted, own)) ? join(mounted, own) : mounted;
  } catch {
    return mounted;
  }
}

/** @returns the folder; undefined where that controller is not there or not ours to write */
function group(parent: string, name: string, settings: Readonly<Record<string, string | number>>): string | undefined {
  const folder = join(parent, name);
  try {
    accessSync(parent, constants.W_OK);
    mkdirSync(folder, { recursive: true });
    if (!Object.keys(settings).every((file) => existsSync(join(folder, file)))) {
      rmdirSync(folder);
      return undefined;
    }
    for (const [file, value] of Object.entries(settings)) writeFileSync(join(folder, file), String(value));
    return folder;
  } catch {
    return undefined;
  }
}
