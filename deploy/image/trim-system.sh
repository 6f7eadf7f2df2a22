#!/bin/sh
# Takes out of the base image what a server never reads. Licences stay, and so does what scanners read (dpkg's status).
set -eu

rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/man /usr/share/info /usr/share/locale /usr/share/python-wheels
[ ! -d /usr/share/doc ] || find /usr/share/doc -type f ! -name copyright -delete
for library in /usr/local/lib/python3* /usr/lib/python3*; do
    [ -d "$library" ] || continue
    rm -rf "$library"/ensurepip "$library"/idlelib "$library"/lib2to3 "$library"/tkinter "$library"/turtledemo \
        "$library"/test "$library"/*-packages/pip* "$library"/*-packages/setuptools* "$library"/*-packages/wheel* \
        "$library"/*-packages/pkg_resources "$library"/*-packages/_distutils_hack
done
rm -f /usr/local/bin/pip* /usr/bin/pip* /usr/local/bin/idle* /usr/local/bin/2to3* /tmp/*
