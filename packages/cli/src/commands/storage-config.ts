import type { CommandGroup } from '../command/command.ts';
import { checkCommand } from './storage-config/check.ts';
import { migrateCommand } from './storage-config/migrate.ts';
import { setCommand } from './storage-config/set.ts';

export const storageConfigCommands: CommandGroup = {
  name: 'storage-config',
  summary: 'check, migrate and edit the credentials and certificates of storage',
  commands: [checkCommand, migrateCommand, setCommand],
};
