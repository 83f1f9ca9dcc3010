/** `5m3s`, `4h`, `12d` … as `kubectl get` writes ages (apimachinery, `HumanDuration`). */
export function formatDuration(seconds: number): string {
  const total = Math.floor(seconds);
  // A clock that is a little behind is no error.
  if (total < -1) return '<invalid>';
  if (total < 0) return '0s';
  if (total < 120) return `${total}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 10) return withRest(minutes, 'm', total % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(total / 3600);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

export function formatAge(time: string | null | undefined, nowMs: number): string {
  const then = time ? Date.parse(time) : Number.NaN;
  return Number.isNaN(then) ? '<unknown>' : formatDuration((nowMs - then) / 1000);
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}
