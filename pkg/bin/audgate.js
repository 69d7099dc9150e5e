#!/usr/bin/env node
// npm links commands when it installs, which in this repository is before they are built.
import "../dist/cli/audgate.js";
