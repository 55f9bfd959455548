; Inno Setup's description of the Windows installer, made by packaging\windows\build.ps1.
; UNTRIED: written after the .deb, which is tried, but not yet compiled or run.
;
; It installs for one person, without administrator's rights. A project is a folder, so that "Open with
; Siteloupe" stands in the menu of folders; project.db cannot have an icon of its own, as Windows goes by
; extensions alone. A signature is added by ISCC with /Ssigntool=... and SignTool=signtool below.

#ifndef Version
  #error Give the version: ISCC /DVersion=0.1.0 siteloupe.iss
#endif

[Setup]
AppId={{6E4B7C52-3C36-4B7E-9C0B-5C1D3B0A7F21}
AppName=Siteloupe
AppVersion={#Version}
AppPublisher=Siteloupe authors
DefaultDirName={autopf}\Siteloupe
DefaultGroupName=Siteloupe
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\icons\siteloupe.ico
UninstallDisplayIcon={app}\siteloupe.exe
OutputDir=..\..\dist
OutputBaseFilename=siteloupe-{#Version}-windows-x64
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes

[InstallDelete]
; Modules of an earlier version must not stay beside those of this one.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\siteloupe\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Siteloupe"; Filename: "{app}\siteloupe.exe"
Name: "{autodesktop}\Siteloupe"; Filename: "{app}\siteloupe.exe"; Tasks: desktopicon

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Registry]
Root: HKA; Subkey: "Software\Classes\Directory\shell\siteloupe"; ValueType: string; ValueData: "Open with Siteloupe"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Directory\shell\siteloupe"; ValueName: "Icon"; ValueType: string; ValueData: "{app}\siteloupe.exe"
Root: HKA; Subkey: "Software\Classes\Directory\shell\siteloupe\command"; ValueType: string; ValueData: """{app}\siteloupe.exe"" ""%1"""

[Run]
Filename: "{app}\siteloupe.exe"; Description: "{cm:LaunchProgram,Siteloupe}"; Flags: nowait postinstall skipifsilent
