import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;

/**
 * HDFS in one process: an active name node, one in standby, a data node. Prints the addresses of the two, in that order, on
 * one line when it is ready, and ends when its input does.
 * Arguments: a folder for its data, the checksum mode of data nodes (MD5MD5CRC or COMPOSITE_CRC).
 */
public class HdfsCluster {
  public static void main(String[] args) throws Exception {
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, args[0]);
    conf.set("dfs.checksum.combine.mode", args[1]);
    // Small, so that small files have several blocks and small directories several batches.
    conf.set("dfs.namenode.fs-limits.min-block-size", "1024");
    conf.set("dfs.blocksize", "65536");
    conf.set("dfs.ls.limit", "4");
    MiniDFSCluster cluster =
        new MiniDFSCluster.Builder(conf).nnTopology(MiniDFSNNTopology.simpleHATopology()).numDataNodes(1).build();
    cluster.transitionToActive(0);
    cluster.waitActive(0);
    System.out.println("http://127.0.0.1:" + cluster.getNameNode(0).getHttpAddress().getPort()
        + ";http://127.0.0.1:" + cluster.getNameNode(1).getHttpAddress().getPort());
    while (System.in.read() >= 0) {
      // Nothing is asked of it here.
    }
    cluster.shutdown();
    System.exit(0);
  }
}
