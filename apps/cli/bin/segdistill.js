#!/usr/bin/env node
// Lies outside dist/: npm links a command when it installs, and in a fresh clone nothing is built by then.
import "../dist/bin.js";
