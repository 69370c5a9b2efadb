#!/usr/bin/env node
import { main } from "./program.js";

// Who reads may stop reading (`segdistill plugins | head`): what is being done goes on, unheard.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (failure: NodeJS.ErrnoException) => {
    if (failure.code !== "EPIPE" && failure.code !== "ERR_STREAM_DESTROYED") throw failure;
  });

process.exitCode = await main(process.argv.slice(2));
