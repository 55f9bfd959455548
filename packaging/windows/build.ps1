# Makes dist\siteloupe and dist\siteloupe-VERSION-windows-x64.exe. Needs Inno Setup 6.3 and Python 3.13, or 3.11 or 3.12
# where -PythonVersion says so.
# UNTRIED: written beside packaging/package.sh, which is tried, but not yet run on Windows.
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
param([string] $PythonVersion = "3.13")
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")

function Invoke-Checked { # without named parameters: PowerShell would take Python's -P for the start of one
    $program, [string[]] $rest = $args
    & $program @rest
    if ($LASTEXITCODE -ne 0) { throw "$args ended with $LASTEXITCODE" }
}

$environment = "build\environment"
$python = "$environment\Scripts\python.exe"
if (-not (Test-Path $python)) {
    Invoke-Checked py "-$PythonVersion" -m venv $environment
    Invoke-Checked $python -m pip install --constraint constraints.txt torch  # on Windows: for processors
    Invoke-Checked $python -m pip install --constraint constraints.txt ".[window,packaging]"
}
Remove-Item -Recurse -Force -ErrorAction SilentlyContinue build\lib
Invoke-Checked $python -m pip install --no-deps --force-reinstall .
Invoke-Checked $python packaging\draw_icons.py build\icons
Invoke-Checked $python -P -m PyInstaller --noconfirm --log-level WARN `
    --distpath dist --workpath build\pyinstaller packaging\siteloupe.spec
Invoke-Checked dist\siteloupe\siteloupe.exe --self-test

$version = & $python -c "import core; print(core.__version__)"
$compiler = Join-Path ${env:ProgramFiles(x86)} "Inno Setup 6\ISCC.exe"
Invoke-Checked $compiler "/DVersion=$version" packaging\windows\siteloupe.iss
