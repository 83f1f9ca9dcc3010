import { pipelines } from '@serval/api';
import { type Command, jsonOption, namespaceOption } from '../../command/command.ts';
import { pipelineColumns, pipelineRow } from '../../pipeline/rows.ts';

export const listPipelinesCommand: Command = {
  name: 'list',
  summary: 'pipelines, their stages, and whether they are ready',
  options: [namespaceOption, { flags: '-A, --all-namespaces', help: 'of all namespaces' }, jsonOption],
  async run({ options, out, connect, signal }) {
    const { client, namespace } = await connect();
    const where = options['allNamespaces'] === true ? {} : { namespace };
    const { items } = await client.list(pipelines, { ...where, signal });
    const rows = items.map(pipelineRow);
    if (options['json'] === true) out.json(rows);
    else if (rows.length > 0) out.table(rows, pipelineColumns);
    else out.note(options['allNamespaces'] === true ? 'no pipelines' : `no pipelines in namespace ${namespace}`);
    return 0;
  },
};
