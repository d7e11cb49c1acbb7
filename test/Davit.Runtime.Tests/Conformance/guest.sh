#!/bin/bash
# Runs as root in the cgroup v2 guest: the conformance suite on the davit-oci in /x/bin, by the tests and the framework beside it.
# The code generator of this framework writes and executes the same page by two mappings, which user-mode Linux is slow at.
export DOTNET_ROOT=/root/dotnet DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 HOME=/root DAVIT_BIN=/root/bin
[[ -e /bin/busybox ]] || cp /x/bin/busybox /bin/busybox
cp -a /x/dotnet /x/tests /x/bin /root/
cd /root || exit
tests=$(echo tests/*/Davit.Runtime.Tests)
"$tests" --progress off --no-ansi --filter-namespace Davit.Runtime.Tests.Conformance --filter-not-trait Ring=engines --filter-not-trait Ring=v2
