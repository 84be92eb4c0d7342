#!/usr/bin/env node
// Committed, not built: npm links a `bin` only when its file is there at install, and a rebuilt one loses its mode.
import '../dist/program.js';
