/** What an extended header says of the entry behind it. */
export interface PaxRecords {
  path?: Buffer;
  linkpath?: Buffer;
  size?: number;
  /** The content is stored with its holes left out (`GNU.sparse.…`). */
  sparse?: boolean;
}

/** Reads `LENGTH KEY=VALUE\n` records (POSIX.1-2017 pax, "pax Extended Header"). @throws Error saying what is wrong */
export function parsePax(data: Buffer): PaxRecords {
  const records: PaxRecords = {};
  for (let position = 0; position < data.length; ) {
    const space = data.indexOf(0x20, position);
    const digits = space === -1 || space - position > 10 ? '' : data.toString('latin1', position, space);
    const end = position + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (!/^[1-9]\d*$/.test(digits) || end > data.length || data[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      throw new Error('has a malformed extended header');
    }
    const key = data.toString('utf8', space + 1, equals);
    const value = data.subarray(equals + 1, end - 1);
    if (key === 'path' || key === 'linkpath') records[key] = value;
    else if (key === 'size') records.size = sizeFrom(value);
    else if (key.startsWith('GNU.sparse.')) records.sparse = true;
    position = end;
  }
  return records;
}

function sizeFrom(value: Buffer): number {
  const size = Number(value.toString('latin1'));
  if (value.length === 0 || !Number.isSafeInteger(size) || size < 0) {
    throw new Error('has an extended header whose size is no number');
  }
  return size;
}
