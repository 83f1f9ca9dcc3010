/** A tar entry as a test wants it, right or wrong. */
export interface TarEntry {
  name: string;
  /** Default `0`, a file. */
  typeFlag?: string;
  linkName?: string;
  content?: Buffer | string;
  mode?: number;
  /** Default the length of the content. */
  sizeBytes?: number;
  /** Key and value of a pax header before it. */
  pax?: Readonly<Record<string, string>>;
}

/** Writes a ustar archive with pax headers where asked for; `end: false` leaves out the end marker. */
export function tarArchive(entries: readonly TarEntry[], { end = true } = {}): Buffer {
  const blocks = entries.flatMap((entry) => {
    const { pax, ...rest } = entry;
    const header = pax ? entryBlocks({ name: 'pax', typeFlag: 'x', content: paxRecords(pax) }) : [];
    return [...header, ...entryBlocks(rest)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0)]);
}

function entryBlocks({
  name,
  typeFlag = '0',
  linkName = '',
  content = '',
  mode = 0o644,
  sizeBytes,
}: TarEntry): Buffer[] {
  const data = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(mode.toString(8).padStart(7, '0'), 100);
  header.write('0000000\0' + '0000000', 108);
  header.write((sizeBytes ?? data.length).toString(8).padStart(11, '0'), 124);
  header.write('00000000000', 136);
  header.write(typeFlag, 156);
  header.write(linkName, 157, 100);
  header.write('ustar\0' + '00', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}

function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.from(` ${key}=${value}\n`);
      let length = rest.length;
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
