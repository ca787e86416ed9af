/** What a tier may say about its PostgreSQL: how large, how safe, how long it is awake. */
import * as z from 'zod/mini';
import { flag, lastDay, oneOf, record, rule, text, whole } from './fields.ts';
import { isDailyWindow, isWeeklyWindow, windowsMeet } from './window.ts';

/** Memory decides what RDS lets `max_connections` be: memory in bytes / 9531392 (the RDS formula for PostgreSQL). */
const instanceMemoryMiB = {
  'db.t3.micro': 1024,
  'db.t3.small': 2048,
  'db.t3.medium': 4096,
  'db.t4g.micro': 1024,
  'db.t4g.small': 2048,
  'db.t4g.medium': 4096,
} as const;
type InstanceClass = keyof typeof instanceMemoryMiB;
const instanceClasses = Object.keys(instanceMemoryMiB) as InstanceClass[];

export const databaseDefinition = record(
  {
    mode: oneOf(
      ['rds', 'external'],
      '"rds" is an instance of ours; "external" is any PostgreSQL with PostGIS whose URL is in a secret; the rest of this section is required and validated all the same',
    ),
    instanceClass: oneOf(instanceClasses, 'the size of the RDS instance'),
    allocatedStorageGB: whole(20, 1000, 'gp3 starts at 20 GB for PostgreSQL'),
    maxAllocatedStorageGB: whole(22, 1000, 'storage grows by itself up to this'),
    multiAZ: flag('a standby in a second zone; it doubles the price of the instance'),
    backupRetentionDays: whole(1, 35, 'how far back a point-in-time restore reaches; 0 would switch backups off'),
    backupWindow: text(
      isDailyWindow,
      'a daily window of at least 30 minutes, like "07:00-08:00"',
      'when RDS takes its daily backup, in UTC',
    ),
    backupCopies: z.exactOptional(
      record({
        region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region like "us-west-2"', 'where backups are copied to'),
        kmsKeyArn: text(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
          'the ARN of a KMS key',
          'a key of that region: copies of an encrypted database need one there',
        ),
        retentionDays: whole(1, 35, 'how far back a restore from the copies reaches'),
      }),
    ),
    maintenanceWindow: text(
      isWeeklyWindow,
      'a weekly window of at least 30 minutes, like "sun:08:30-sun:09:30"',
      'when RDS may patch and restart, in UTC',
    ),
    maxConnections: whole(25, 450, 'max_connections of the instance; its memory bounds it'),
    importerConnections: whole(1, 50, 'how many connections an import of boundaries may hold'),
    queryLogging: z.exactOptional(
      record({
        slowerThanMs: whole(0, 60_000, 'statements that take longer are logged with their text; 0 logs all of them'),
        until: lastDay('when to take it out again: statements carry what people have typed'),
      }),
    ),
    readReplica: z.exactOptional(flag('a copy that only answers queries')),
    stopHours: z.exactOptional(
      record({
        start: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like "07:30"', 'when it starts, Monday to Friday'),
        stop: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like "19:00"', 'when it stops, every day'),
        timeZone: text(isTimeZone, 'a zone of the IANA database, like "America/New_York"', 'in which zone'),
      }),
    ),
  },
  rule({
    over: ['allocatedStorageGB', 'maxAllocatedStorageGB'],
    holds: ({ allocatedStorageGB, maxAllocatedStorageGB }) => maxAllocatedStorageGB >= allocatedStorageGB * 1.1,
    about: 'maxAllocatedStorageGB',
    allowed: 'at least 10 % more than allocatedStorageGB',
  }),
  rule({
    over: ['backupWindow', 'maintenanceWindow'],
    holds: ({ backupWindow, maintenanceWindow }) => !windowsMeet(backupWindow, maintenanceWindow),
    about: 'maintenanceWindow',
    allowed: 'a window that does not meet backupWindow',
  }),
  rule({
    over: ['instanceClass', 'maxConnections'],
    holds: ({ instanceClass, maxConnections }) => maxConnections <= connectionsOf(instanceClass),
    about: 'maxConnections',
    allowed: `no more than the memory of instanceClass carries (${connectionTable()})`,
  }),
  rule({
    over: ['readReplica'],
    holds: ({ readReplica }) => readReplica !== true,
    about: 'readReplica',
    allowed:
      'false; RDS makes no replica of an instance whose master password it keeps itself, and ours is such a one: nobody else ever knows that password',
  }),
  rule({
    over: ['stopHours'],
    holds: ({ stopHours }) => stopHours === undefined || stopHours.start !== stopHours.stop,
    about: 'stopHours.stop',
    allowed: 'another time than start',
  }),
  rule({
    over: ['backupCopies'],
    holds: ({ backupCopies }) => !backupCopies || backupCopies.kmsKeyArn.includes(`:kms:${backupCopies.region}:`),
    about: 'backupCopies.kmsKeyArn',
    allowed: 'a key of the region that the copies go to',
  }),
);

/** Intl also takes offsets like "+05:00", which the scheduler does not know. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Z]\w+(\/[A-Z][\w+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function connectionsOf(instanceClass: InstanceClass): number {
  return Math.floor((instanceMemoryMiB[instanceClass] * 1024 * 1024) / 9_531_392);
}

function connectionTable(): string {
  return instanceClasses.map((name) => `${name} ${connectionsOf(name)}`).join(', ');
}
