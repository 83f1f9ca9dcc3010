import type { FieldValidation } from '@serval/api';
import { CliError, describeError } from '../command/cli-error.ts';
import { type Command, filenameOption, jsonOption, listOption } from '../command/command.ts';
import { manifestSources } from '../manifests/sources.ts';
import { createManifestCheck } from '../validate/check-manifest.ts';
import { judgeText, unreadable } from '../validate/judge-text.ts';
import { countVerdicts, type Verdict } from '../validate/verdict.ts';
import { verdictRows } from '../validate/verdict-rows.ts';
import { warnOfDuplicates } from '../validate/warn-of-duplicates.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check manifests of Serval’s kinds down to the last field of a container; needs no server',
  details:
    'Exit code 0: nothing is invalid; 1: something is. Objects of other kinds are listed as not checked, and are failures with --strict.',
  options: [
    filenameOption,
    { flags: '-R, --recursive', help: 'also the folders below a folder' },
    { flags: '--strict', help: 'objects that cannot be checked are failures too' },
    { flags: '--warn', help: 'unknown fields are warnings, as for a cluster that is newer than this release' },
    jsonOption,
  ],
  async run({ options, out, stdin, signal }) {
    const names = listOption(options, 'filename');
    const sources = await manifestSources(names, { stdin, signal, recursive: options['recursive'] === true });
    const fieldValidation: FieldValidation = options['warn'] === true ? 'Warn' : 'Strict';
    const check = await createManifestCheck(fieldValidation);
    const verdicts: Verdict[] = [];
    for (const { where, isFound, read } of sources) {
      signal.throwIfAborted();
      try {
        verdicts.push(...judgeText(decode(await read()), { file: where, mayBeData: isFound }, check));
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        verdicts.push(unreadable(where, 1, describeError(error)));
      }
    }
    if (verdicts.length === 0) {
      throw new CliError('BadManifest', `no object in ${names.join(', ')}`, {
        hint: 'expected YAML or JSON documents; -R looks into the folders below too',
      });
    }
    warnOfDuplicates(verdicts);
    const counts = countVerdicts(verdicts);
    if (options['json'] === true) out.json({ objects: verdicts, counts });
    else {
      const columns = { file: 'FILE', object: 'OBJECT', result: 'RESULT', field: 'FIELD', message: 'MESSAGE' };
      out.table(verdictRows(verdicts) as unknown as Record<string, unknown>[], columns);
      const parts = (['ok', 'invalid', 'unreadable', 'not checked'] as const).map((key) => `${counts[key]} ${key}`);
      out.note(`${counted(verdicts.length, 'object')} in ${counted(counts.files, 'file')}: ${parts.join(', ')}`);
    }
    const failures = counts.invalid + counts.unreadable + (options['strict'] === true ? counts['not checked'] : 0);
    return failures === 0 ? 0 : 1;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Throws `CliError` BadManifest for what is no UTF-8, instead of checking other texts than were written. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CliError('BadManifest', 'not UTF-8', { cause });
  }
}
