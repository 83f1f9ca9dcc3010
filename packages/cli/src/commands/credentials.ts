import type { CommandGroup } from '../command/command.ts';
import { checkCredentialsCommand } from './credentials/check.ts';
import { migrateCredentialsCommand } from './credentials/migrate.ts';

export const credentialsCommands: CommandGroup = {
  name: 'credentials',
  summary: 'who uses which credentials, from which layer, and granted by whom',
  commands: [checkCredentialsCommand, migrateCredentialsCommand],
};
