/** Environment variable that names, to the test workers, the folder of this run's server. */
export const testFolderVariable = 'JEST_TEST_FOLDER';
