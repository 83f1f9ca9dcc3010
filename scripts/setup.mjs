// Installs the locked packages when they are missing or the lock file changed. Runs on any Node.js ≥ 20: it must not
// import anything that is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.serval-setup');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  process.stderr.write('install  the locked packages (about half a minute on a good line) …\n');
  const install = spawnSync('npm', ['ci', '--no-progress', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (install.status !== 0) {
    process.stderr.write(
      `install  failed: npm ci ended with ${install.error?.message ?? `code ${install.status}`}; ` +
        'check the network and the registry setting (npm config get registry), then run the same command again\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
  process.stderr.write('install  done\n');
}
