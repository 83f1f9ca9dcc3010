import { dump } from 'js-yaml';
import {
  type Command,
  filenameOption,
  jsonOption,
  listOption,
  namespaceOption,
  textOption,
} from '../command/command.ts';
import { loadManifests } from '../manifests/load.ts';
import { renderManifests } from '../render/render-manifests.ts';

export const renderCommand: Command = {
  name: 'render',
  summary: 'print the objects that the operator would make for a service; needs no server',
  details: 'Runtimes and inferenceservice-config given with -f are used; otherwise those that Serval brings.',
  options: [filenameOption, namespaceOption, jsonOption],
  async run({ options, out, stdin, signal }) {
    const manifests = await loadManifests(listOption(options, 'filename'), { stdin, signal, note: out.note });
    const objects = renderManifests(manifests, textOption(options, 'namespace') ?? 'default').flatMap(
      (found) => found.objects,
    );
    if (options['json'] === true) out.json({ apiVersion: 'v1', kind: 'List', metadata: {}, items: objects });
    else for (const object of objects) out.print(`---\n${dump(object, { noRefs: true, lineWidth: -1 }).trimEnd()}`);
    return 0;
  },
};
