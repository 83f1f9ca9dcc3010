import { type Command, jsonOption, namespaceOption } from '../../command/command.ts';
import { effectiveColumns, effectiveRows, problemLines } from '../../pipeline/rows.ts';
import { readPipeline } from './read-pipeline.ts';

export const effectiveCommand: Command = {
  name: 'effective <name>',
  summary: 'which credentials hold in the stages of a pipeline, from which layer, and what they mask',
  details: [
    'Shows where each credential comes from and never what it is. Exit code 1: an entry gives nothing.',
    '',
    'Examples:',
    '  serval pipeline effective fraud -n team-a',
    '  serval pipeline effective fraud --stage prod --json',
  ].join('\n'),
  options: [namespaceOption, { flags: '--stage <name>', help: 'of this stage alone' }, jsonOption],
  async run(context) {
    const { options, out } = context;
    const { pipeline, stage } = await readPipeline(context);
    const rows = effectiveRows(pipeline, stage);
    const problems = problemLines(pipeline, stage);
    if (options['json'] === true) out.json({ credentials: rows, problems });
    else {
      if (rows.length > 0) out.table(rows, effectiveColumns);
      if (problems.length > 0) out.print(`\n${problems.join('\n')}`);
      if (rows.length === 0) out.note('no credentials hold there');
    }
    return problems.length > 0 ? 1 : 0;
  },
};
