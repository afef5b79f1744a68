/** The relay a fresh install is offered, from `RELAY_URL` when the extension was built. */
declare const __RELAY_URL__: string;

/** What a worker has of the origin's private file system beyond the DOM's types (File System Standard, section 2.6). */
interface FileSystemSyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface FileSystemFileHandle {
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
}
