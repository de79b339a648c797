@echo off
rem Installs Schoolgate's school site; what may be said after it: install.cmd --help
where py >nul 2>nul
if %errorlevel%==0 (py -3 "%~dp0install.py" %*) else (python "%~dp0install.py" %*)
