/** Checks of Checkov that do not hold here on purpose, each with the reason; it stands in the template beside the resource. */

const ownKey = 'AWS’s own key encrypts it; one of ours would cost a dollar a month and keep nobody else out';

const reasons = {
  CKV_AWS_18: 'CloudFront and the deploy are its only readers; what they may read is in their policies',
  CKV_AWS_21: 'What is in it is built, and can be built again',
  CKV_AWS_26: 'CloudWatch may not use the key that AWS keeps for SNS; alarms carry no secrets',
  CKV_AWS_59: 'The public’s own door; the application checks who may do what',
  CKV_AWS_65: 'A task runs an hour a month; insights cost more than it does',
  CKV_AWS_68: 'Throttles and rate limits stand behind it; a firewall would cost more than all the rest of delivery',
  CKV_AWS_73: 'Requests are traced where environments/ says so: in production',
  CKV_AWS_86: 'API Gateway logs what reaches the application; files are public',
  CKV_AWS_111: 'Lambda makes network interfaces in the name of the role; its code is denied them',
  CKV_AWS_115:
    'A new account may have ten instances in all, and AWS then refuses any reservation; environments/ can say one',
  CKV_AWS_116: 'API Gateway waits for the answer; what schedules call is called again',
  CKV_AWS_118: 'The alarms read what RDS reports by itself',
  CKV_AWS_119: ownKey,
  CKV_AWS_120:
    'Answers say themselves how long they hold, to CloudFront and to browsers; a cache here costs $14 a month',
  CKV_AWS_136: ownKey,
  CKV_AWS_149: ownKey,
  CKV_AWS_157: 'A standby doubles the price; backups reach back seven days',
  CKV_AWS_158: ownKey,
  CKV_AWS_161: 'Logins are secrets, one an environment; the master’s is rotated by RDS',
  CKV_AWS_173: 'Variables name secrets, and hold none',
  CKV_AWS_174:
    'CloudFront’s own name comes with its own certificate and protocols; a domain of ours insists on TLS 1.2',
} as const;

export function accepted(...checks: readonly (keyof typeof reasons)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map((check) => [check, reasons[check]]));
}
