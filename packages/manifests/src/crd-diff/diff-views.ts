import { isDeepStrictEqual } from 'node:util';
import type { CrdVersion } from '@serval/api';
import type { Report } from './change.ts';

/** What is seen of a version beside its fields: subresources, and the columns of tables. Columns are for eyes: they never count as breaking. */
export function diffViews(before: CrdVersion, after: CrdVersion, report: Report): void {
  diffStatus(before, after, report);
  diffScale(before, after, report);
  diffColumns(before, after, report);
}

function diffStatus(before: CrdVersion, after: CrdVersion, report: Report): void {
  const [old, now] = [before, after].map(({ subresources }) => subresources?.status !== undefined);
  if (old && !now)
    report('', 'SubresourceChanged', 'breaks', 'the subresource status is gone: writes to it find nothing');
  if (!old && now)
    report(
      '',
      'SubresourceChanged',
      'breaks',
      'the subresource status is new: writes to the object no longer change it',
    );
}

function diffScale(before: CrdVersion, after: CrdVersion, report: Report): void {
  const [old, now] = [before, after].map(({ subresources }) => subresources?.scale);
  if (isDeepStrictEqual(old, now)) return;
  if (!old) report('', 'SubresourceChanged', 'fits', 'the subresource scale is new');
  else if (!now) report('', 'SubresourceChanged', 'breaks', 'the subresource scale is gone: autoscalers find nothing');
  else report('', 'SubresourceChanged', 'breaks', 'the subresource scale reads and writes other fields');
}

function diffColumns(before: CrdVersion, after: CrdVersion, report: Report): void {
  const news = new Map((after.additionalPrinterColumns ?? []).map((column) => [column.name, column]));
  const olds = new Map((before.additionalPrinterColumns ?? []).map((column) => [column.name, column]));
  for (const [name, old] of olds) {
    const now = news.get(name);
    if (!now) report('', 'PrinterColumnChanged', 'fits', `the column ${name} is gone`);
    else if (now.jsonPath !== old.jsonPath || now.type !== old.type)
      report(
        '',
        'PrinterColumnChanged',
        'fits',
        `the column ${name} showed ${old.jsonPath} (${old.type}), shows ${now.jsonPath} (${now.type})`,
      );
  }
  for (const name of news.keys())
    if (!olds.has(name)) report('', 'PrinterColumnChanged', 'fits', `the column ${name} is new`);
}
