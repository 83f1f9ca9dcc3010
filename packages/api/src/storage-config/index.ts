export { type StorageConfigEntry, type StorageType, storageConfigEntrySchema } from './entry-schema.ts';
