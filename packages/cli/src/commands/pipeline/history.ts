import { promotions, reviewStageName } from '@serval/api';
import { type Command, jsonOption, namespaceOption, textOption } from '../../command/command.ts';
import { historyColumns, historyOf, historyRow, promotionJson } from '../../promotion/rows.ts';
import { readPipeline } from './read-pipeline.ts';

export const historyCommand: Command = {
  name: 'history <name>',
  summary: 'what was promoted in a pipeline, by whom it was approved, and what came of it',
  details: [
    'The latest first. --json has whole digests, which serval promote --digest takes, and the conditions.',
    '',
    'Examples:',
    '  serval pipeline history fraud -n team-a',
    '  serval pipeline history fraud -n team-a --service scorer --stage prod --json',
  ].join('\n'),
  options: [
    namespaceOption,
    { flags: '--service <name>', help: 'of this service alone' },
    { flags: '--stage <name>', help: 'into this stage alone' },
    jsonOption,
  ],
  async run(context) {
    const { options, out, signal, connect } = context;
    const { pipeline, stage } = await readPipeline(context, [reviewStageName]);
    const { client } = await connect();
    const { items } = await client.list(promotions, { namespace: pipeline.metadata.namespace ?? '', signal });
    const found = historyOf(pipeline, items, { service: textOption(options, 'service'), stage });
    if (options['json'] === true) out.json(found.map(promotionJson));
    else if (found.length > 0) out.table(found.map(historyRow), historyColumns);
    else out.note('nothing was promoted');
    return 0;
  },
};
