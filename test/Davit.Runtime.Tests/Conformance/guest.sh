#!/bin/bash
# Runs as root in a guest: the conformance suite, the attacks and the bundles' tests on the davit-oci in /x/bin, by the tests and the framework beside it.
# The code generator of this framework writes and executes the same page by two mappings, which emulated hosts are slow at.
export DOTNET_ROOT=/root/dotnet DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 HOME=/root DAVIT_BIN=/root/bin DAVIT_TEST_PATIENCE=20
[[ -e /bin/busybox ]] || cp /x/bin/busybox /bin/busybox
cp -a /x/dotnet /x/tests /x/bin /root/
cd /root || exit
tests/Davit.Runtime.Tests --progress off --no-ansi --filter-namespace Davit.Runtime.Tests.Conformance --filter-namespace Davit.Runtime.Tests.Attacks --filter-namespace Davit.Runtime.Tests.Bundles \
  --filter-not-trait Ring=engines --filter-not-trait Ring=v2
