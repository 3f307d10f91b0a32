//! [`Slurm`]: munged, slurmctld and two slurmd on the loopback device, which are gone with the value.
//!
//! Each node is a process namespace: when its first process is killed, the daemon, its steps and their jobs are killed with it, as they are
//! when a machine loses its power. The daemons die with the thread that started them, whatever becomes of it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The programs that it takes.
const PROGRAMS: [&str; 10] =
    ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol", "setpriv", "unshare", "chown"];

/// Says what may hang, and not how long anything takes.
const LONG: Duration = Duration::from_secs(300);

/// One cluster at a time: the others would slow it down.
static ONE: Mutex<()> = Mutex::new(());

/// A cluster of the nodes `n1` and `n2`.
pub(crate) struct Slurm {
    daemons: Vec<Child>,
    nodes: Vec<Child>,
    folder: TempDir,
    _one: MutexGuard<'static, ()>,
}

/// A job, or a task of an array, as the queue has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    /// `7`, or `7_3` for a task of an array.
    pub(crate) id: String,
    /// Why it does not run yet: `Resources`, `Dependency`, `BeginTime`, ..
    pub(crate) waits_for: String,
}

/// Why there can be no cluster here.
fn missing() -> Option<String> {
    let folders: Vec<PathBuf> = std::env::split_paths(&path()).collect();
    let lacks = |program: &&str| !folders.iter().any(|folder| folder.join(program).is_file());
    if let Some(program) = PROGRAMS.iter().find(|program| lacks(program)) {
        return Some(format!("there is no {program} here (Debian: apt-get install --no-install-recommends slurm-wlm munge)"));
    }
    let namespace = Command::new("unshare").args(["--pid", "--fork", "--mount-proc", "true"]).output().unwrap();
    // Which is what an ordinary user is told, too; slurmd and munged ask for root.
    let said = String::from_utf8_lossy(&namespace.stderr).trim().to_owned();
    (!namespace.status.success()).then(|| format!("it takes root, who may make process namespaces: {said}"))
}

/// With the folders of the daemons, which only root has.
fn path() -> String {
    format!("{}:/usr/local/sbin:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Calls `look` until it says something.
pub(crate) fn until<T>(what: &str, slurm: Option<&Slurm>, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let log = || slurm.map(Slurm::log).unwrap_or_default();
        assert!(start.elapsed() < LONG, "no {what} within {LONG:?}\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Slurm {
    /// Starts it. Where that is not possible it says so on the terminal, or panics if CLUSTER_TESTS=required.
    pub(crate) fn start() -> Option<Self> {
        if let Some(why) = missing() {
            assert_ne!(std::env::var("CLUSTER_TESTS").as_deref(), Ok("required"), "{why}");
            // Not by a macro: the runner would keep what a passing test prints.
            let told = format!("\nnot tested: exploring on a cluster, because {why}\n");
            std::io::stderr().write_all(told.as_bytes()).unwrap();
            return None;
        }
        let one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let folder = tempfile::Builder::new().prefix("slurm-").tempdir().unwrap();
        let mut slurm = Self { daemons: Vec::new(), nodes: Vec::new(), folder, _one: one };
        slurm.configure();
        slurm.munge();
        let controller = slurm.in_namespace("slurmctld.err", &["slurmctld", "-D"]);
        slurm.daemons.push(controller);
        for node in ["n1", "n2"] {
            let daemon = slurm.in_namespace(&format!("{node}.err"), &["slurmd", "-D", "-N", node]);
            slurm.nodes.push(daemon);
        }
        until("idle nodes", Some(&slurm), || {
            let said = slurm.command("sinfo").args(["-h", "-N", "-o", "%T"]).output().unwrap();
            (String::from_utf8_lossy(&said.stdout) == "idle\nidle\n").then_some(())
        });
        Some(slurm)
    }

    fn configure(&self) {
        let folder = self.folder.path();
        // munged, which is not root, has a folder below.
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for name in ["state", "n1", "n2", "munge"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        // All at once, so that they are three.
        let ports = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [controller, first, second] = ports.map(|port| port.local_addr().unwrap().port());
        let here = folder.display();
        let text = format!(
            "ClusterName=loopback
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={here}/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
SlurmdParameters=config_overrides
StateSaveLocation={here}/state
SlurmctldPidFile={here}/slurmctld.pid
SlurmctldLogFile={here}/slurmctld.log
SlurmdSpoolDir={here}/%n
SlurmdPidFile={here}/%n.pid
SlurmdLogFile={here}/%n.log
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={first} CPUs=2
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={second} CPUs=2
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"
        );
        fs::write(folder.join("slurm.conf"), text).unwrap();
    }

    /// The daemon that tells who sent what.
    fn munge(&mut self) {
        let folder = self.folder.path().join("munge");
        let key = folder.join("key");
        // Whoever knows it may say that he is root.
        let mut random = [0; 1024];
        fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut random)).unwrap();
        fs::write(&key, random).unwrap();
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
        assert!(Command::new("chown").args(["-R", "munge:munge"]).arg(&folder).status().unwrap().success());
        let option = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
        let mut daemon = self.with_this_thread(&["--reuid=munge", "--regid=munge", "--clear-groups"]);
        daemon.args(["munged", "--foreground"]);
        daemon.args([option("key-file", "key"), option("socket", "socket"), option("seed-file", "seed")]);
        daemon.args([option("pid-file", "pid"), option("log-file", "log")]);
        self.daemons.push(daemon.stderr(self.file("munged.err")).spawn().unwrap());
        until("socket of munged", Some(self), || folder.join("socket").exists().then_some(()));
    }

    /// A command that is killed when this thread ends.
    fn with_this_thread(&self, settings: &[&str]) -> Command {
        let mut command = self.command("setpriv");
        command.args(["--pdeathsig", "KILL"]).args(settings);
        command
    }

    /// Starts what is killed with all that it has started.
    fn in_namespace(&self, errors: &str, program: &[&str]) -> Child {
        let mut command = self.with_this_thread(&[]);
        // When the process that is spawned here is gone, the first one of the namespace is killed, and all others with it.
        command.args(["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]).args(program);
        command.stderr(self.file(errors)).spawn().unwrap()
    }

    /// A command of this cluster.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.reaches(&mut command, None).stdin(Stdio::null());
        command
    }

    /// Makes it the cluster that a command talks to. `programs` is one more folder of programs.
    pub(crate) fn reaches<'a>(&self, command: &'a mut Command, programs: Option<&Path>) -> &'a mut Command {
        let path = path();
        let folders = programs.map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.env("SLURM_CONF", self.folder.path().join("slurm.conf"))
    }

    fn file(&self, name: &str) -> fs::File {
        fs::File::create(self.folder.path().join(name)).unwrap()
    }

    /// What the controller and the nodes have said last.
    pub(crate) fn log(&self) -> String {
        let files = ["munged.err", "slurmctld.err", "n1.err", "n2.err"].map(|name| self.folder.path().join(name));
        let last = |file: &Path| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("{}:\n{}\n", file.display(), lines[lines.len().saturating_sub(30)..].join("\n"))
        };
        files.iter().map(|file| last(file)).collect()
    }

    /// What waits and runs.
    pub(crate) fn queue(&self) -> Vec<Queued> {
        let said = self.command("squeue").args(["-h", "-r", "-o", "%i %r"]).output().unwrap();
        assert!(said.status.success(), "{said:?}");
        let text = String::from_utf8(said.stdout).unwrap();
        let job = |line: &str| {
            let (id, waits_for) = line.split_once(' ')?;
            Some(Queued { id: id.to_owned(), waits_for: waits_for.to_owned() })
        };
        text.lines().filter_map(job).collect()
    }

    /// Runs `scontrol`. Says what it printed, if it could.
    pub(crate) fn control(&self, args: &[&str]) -> Option<String> {
        let said = self.command("scontrol").args(args).output().unwrap();
        said.status.success().then(|| String::from_utf8(said.stdout).unwrap())
    }

    /// Kills everything that runs on a node, `n1` or `n2`, all at once.
    pub(crate) fn kill(&mut self, node: &str) {
        let process = &mut self.nodes[usize::from(node == "n2")];
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        for process in self.nodes.iter_mut().chain(self.daemons.iter_mut().rev()) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
