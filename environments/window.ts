/** The daily and weekly windows of RDS, in UTC: `07:00-08:00`, `sun:08:30-sun:09:30`. */

const day = 24 * 60;
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const time = '([01]\\d|2[0-3]):([0-5]\\d)';
const dailyWindow = new RegExp(`^${time}-${time}$`);
const weeklyWindow = new RegExp(`^(${days.join('|')}):${time}-(${days.join('|')}):${time}$`);

interface Window {
  /** Minutes since midnight UTC, or since Monday 00:00 UTC. */
  readonly start: number;
  readonly minutes: number;
}

/** @returns whether `text` is a daily window; RDS takes nothing shorter than 30 minutes */
export function isDailyWindow(text: string): boolean {
  return (parseDaily(text)?.minutes ?? 0) >= 30;
}

export function isWeeklyWindow(text: string): boolean {
  return (parseWeekly(text)?.minutes ?? 0) >= 30;
}

/** @returns whether the daily window meets the weekly one on any day; RDS refuses such a pair */
export function windowsMeet(daily: string, weekly: string): boolean {
  const backup = parseDaily(daily);
  const maintenance = parseWeekly(weekly);
  if (!backup || !maintenance) return false;
  // Both may run past midnight, and the weekly one past Sunday: compare on every day of the week, once round.
  return days.some((_, index) => {
    const gap = (((index * day + backup.start - maintenance.start) % (7 * day)) + 7 * day) % (7 * day);
    return gap < maintenance.minutes || 7 * day - gap < backup.minutes;
  });
}

function parseDaily(text: string): Window | undefined {
  const match = dailyWindow.exec(text);
  if (!match) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const start = fromHour * 60 + fromMinute;
  return { start, minutes: (toHour * 60 + toMinute - start + day) % day };
}

function parseWeekly(text: string): Window | undefined {
  const match = weeklyWindow.exec(text);
  if (!match) return undefined;
  const [, fromDay = '', fromHour, fromMinute, toDay = '', toHour, toMinute] = match;
  const start = days.indexOf(fromDay) * day + Number(fromHour) * 60 + Number(fromMinute);
  const end = days.indexOf(toDay) * day + Number(toHour) * 60 + Number(toMinute);
  return { start, minutes: (end - start + 7 * day) % (7 * day) };
}
