// npm run build:operator -- bundle | root
import { join } from 'node:path';
import { repository } from '../build/bundle.ts';
import { layRootFileSystem } from '../build/root-file-system.ts';
import { runBuilds, sizeLine, sizeLines } from '../build/run-builds.ts';
import { bundleOperator, operatorProgram } from './bundle.ts';

const builds = {
  async bundle(folder: string) {
    const { main, bytes, eager } = await bundleOperator(folder);
    return [sizeLine(eager, `read at every start: ${main}`), sizeLine(bytes, 'in all')];
  },
  async root(folder: string) {
    const path = join(folder, 'root');
    return sizeLines(await layRootFileSystem(operatorProgram, path), path);
  },
};
await runBuilds(builds, process.argv.slice(2), join(repository, 'dist', 'operator'));
