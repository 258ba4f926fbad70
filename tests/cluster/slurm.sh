#!/usr/bin/env bash
# Starts SLURM on this machine alone (root, loopback, no accounting) from Debian's packages, and runs a
# target of the small study through profiles/slurm: `bash tests/cluster/slurm.sh [target ...]`.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "SLURM's daemons are started as root: run this as root." >&2; exit 1; }
.venv/bin/python -c "import snakemake_executor_plugin_slurm" 2>/dev/null || make slurm
command -v slurmctld >/dev/null || { DEBIAN_FRONTEND=noninteractive apt-get install -y slurm-wlm munge >/dev/null; }

host=$(hostname -s)
state=$(mktemp -d)
trap 'pkill -x slurmd; pkill -x slurmctld; sleep 3; rm -rf "$state"' EXIT
mkdir -p /etc/slurm /run/munge "$state/spool"
[ -s /etc/munge/munge.key ] || { head -c 1024 /dev/urandom >/etc/munge/munge.key; }
chown -R munge: /etc/munge /run/munge
chmod 400 /etc/munge/munge.key
pgrep -x munged >/dev/null || runuser -u munge -- munged
grep -q "[[:space:]]$host\b" /etc/hosts || echo "127.0.0.1 $host" >>/etc/hosts
cat >/etc/slurm/slurm.conf <<EOF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$state
SlurmdSpoolDir=$state/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$(awk '/MemTotal/ {print int($2 / 1100)}' /proc/meminfo) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
slurmctld
slurmd
for _ in $(seq 30); do
    [ "$(sinfo --noheader --format %T 2>/dev/null)" = idle ] && break
    sleep 1
done
sinfo

.venv/bin/snakemake --workflow-profile profiles/slurm --configfile config/small.yaml \
    --default-resources slurm_partition=main runtime=60 mem_mb=2000 --slurm-no-account -- "${@:-estimates}"
echo "Done: SLURM ran it."
